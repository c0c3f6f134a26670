import { execFile, spawnSync } from "node:child_process";
import { chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openRecords, openRecordsToRead, RecordsDatabase } from "../../src/records/database.ts";
import { RecordsError } from "../../src/records/errors.ts";
import { migrate } from "../../src/records/migrate.ts";
import { migrations } from "../../src/records/migrations.ts";
import { recordsFile } from "../../src/records/place.ts";
import { freshDir } from "../support/tree.ts";

const stateDir = ".local/state/ocbak";

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    return error instanceof RecordsError ? error.code : String(error);
  }
}

/** Runs some code in a node of its own, with `open(home)` at hand. */
function inAnotherProcess(home: string, code: string): string[] {
  const source = new URL("../../src/records/database.ts", import.meta.url).href;
  const open = `const { openRecords } = await import(${JSON.stringify(source)});
    const records = openRecords({ env: {}, osHomeDir: ${JSON.stringify(home)} });`;
  return ["--input-type=module", "-e", `${open}\n${code}`];
}

describe("where the records lie", () => {
  it.each([
    ["in the user's state folder", {}, "/home/u/.local/state/ocbak/records.sqlite"],
    ["where XDG_STATE_HOME says", { XDG_STATE_HOME: "/state" }, "/state/ocbak/records.sqlite"],
    ["not where it is relative", { XDG_STATE_HOME: "state" }, "/home/u/.local/state/ocbak/records.sqlite"],
    ["not where it is empty", { XDG_STATE_HOME: "" }, "/home/u/.local/state/ocbak/records.sqlite"],
  ])("is %s", (_what, env, file) => {
    expect(recordsFile({ env, osHomeDir: "/home/u" })).toBe(file);
  });
});

describe("opening the records", () => {
  it("makes a folder and a file that are the user's alone", () => {
    const home = freshDir();
    using records = openRecords({ env: {}, osHomeDir: home });
    expect(statSync(join(home, stateDir)).mode & 0o777).toBe(0o700);
    expect(statSync(records.file).mode & 0o777).toBe(0o600);
  });

  it("keeps root out of what is another user's", () => {
    const home = freshDir();
    openRecords({ env: {}, osHomeDir: home, uid: 65_534 })[Symbol.dispose]();
    const asRoot = { env: {}, osHomeDir: home, uid: 0 };
    openRecords(asRoot)[Symbol.dispose]();
    chownSync(join(home, ".local"), 65_534, 65_534);
    expect(codeOf(() => openRecords(asRoot))).toBe("records-unusable");
    expect(codeOf(() => openRecordsToRead(asRoot))).toBe("records-unusable");
  });

  it("makes nothing for who only reads", () => {
    const home = freshDir();
    expect(openRecordsToRead({ env: {}, osHomeDir: home })).toBeUndefined();
    expect(codeOf(() => statSync(join(home, ".local")))).toContain("ENOENT");
  });

  it("lets nobody write who only reads", () => {
    const place = { env: {}, osHomeDir: freshDir() };
    openRecords(place)[Symbol.dispose]();
    using reader = openRecordsToRead(place)!;
    expect(codeOf(() => reader.run("DELETE FROM runs"))).toBe("records-unusable");
  });

  it.each([
    [
      "bytes that are no database",
      (file: string) => writeFileSync(file, "x".repeat(5000)),
      "damaged-records",
    ],
    [
      "the database of another program",
      (file: string) => {
        using other = new DatabaseSync(file);
        other.exec("CREATE TABLE notes (body TEXT)");
      },
      "damaged-records",
    ],
    [
      "records of a newer ocbak",
      (file: string) => {
        using newer = new DatabaseSync(file);
        newer.exec(`PRAGMA application_id = 0x6f63626b; PRAGMA user_version = ${migrations.length + 1}`);
      },
      "newer-records",
    ],
  ])("refuses %s, and leaves the file as it is", (_what, make, code) => {
    const place = { env: {}, osHomeDir: freshDir() };
    const file = recordsFile(place);
    mkdirSync(join(place.osHomeDir, stateDir), { recursive: true });
    make(file);
    const before = readFileSync(file);
    expect([codeOf(() => openRecords(place)), codeOf(() => openRecordsToRead(place))]).toEqual([code, code]);
    expect(readFileSync(file)).toEqual(before);
  });

  it("refuses records whose pages were overwritten once they are read", () => {
    const place = { env: {}, osHomeDir: freshDir() };
    const file = recordsFile(place);
    openRecords(place)[Symbol.dispose]();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096);
    writeFileSync(file, bytes);
    expect(codeOf(() => openRecordsToRead(place)?.all("SELECT * FROM runs"))).toBe("damaged-records");
  });

  it("says so where the folder cannot be made", () => {
    const home = freshDir();
    writeFileSync(join(home, ".local"), "a file");
    expect(codeOf(() => openRecords({ env: {}, osHomeDir: home }))).toBe("records-unusable");
  });

  it("waits for another process that writes, and takes turns with it from the first moment on", async () => {
    const home = freshDir();
    const code = `for (let i = 0; i < 20; i++) records.transaction(() => {
      const { n } = records.get("SELECT count(*) AS n FROM prunes");
      records.insert("prunes", { archive_id: process.pid + "-" + i, store_id: "s", sequence: n, at: 0 });
    });`;
    const argv = inAnotherProcess(home, code);
    await Promise.all([1, 2, 3].map(() => promisify(execFile)(process.execPath, argv)));
    using records = openRecordsToRead({ env: {}, osHomeDir: home })!;
    const row = records.get("SELECT count(*) AS rows, count(DISTINCT sequence) AS turns FROM prunes");
    expect(row).toEqual({ rows: 60, turns: 60 });
  });

  it("reads what stood there before a process that was killed amid a write", () => {
    const home = freshDir();
    const code = `records.insert("prunes", { archive_id: "kept", store_id: "s", at: 0 });
      records.exec("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE");
      for (let i = 0; i < 2000; i++) records.insert("prunes", { archive_id: "lost" + i, store_id: "s", at: 0 });
      process.kill(process.pid, "SIGKILL");`;
    const { signal } = spawnSync(process.execPath, inAnotherProcess(home, code));
    const place = { env: {}, osHomeDir: home };
    expect([signal, statSync(`${recordsFile(place)}-journal`).size > 0]).toEqual(["SIGKILL", true]);
    using records = openRecordsToRead(place)!;
    expect(records.all("SELECT archive_id FROM prunes")).toEqual([{ archive_id: "kept" }]);
  });
});

describe("the schema", () => {
  it("is brought from every earlier version to this one, and what was recorded is kept", () => {
    for (const version of migrations.keys()) {
      if (version === 0) continue;
      const place = { env: {}, osHomeDir: freshDir() };
      const file = recordsFile(place);
      mkdirSync(join(place.osHomeDir, stateDir), { recursive: true });
      {
        using old = new RecordsDatabase(file, "write");
        migrate(old, migrations.slice(0, version));
        old.exec("INSERT INTO runs (host, state_dir, process, started_at) VALUES ('h', '/s', '{}', 7)");
      }
      using records = openRecordsToRead(place)!;
      expect(records.get("PRAGMA user_version")).toEqual({ user_version: migrations.length });
      expect(records.get("SELECT started_at FROM runs")).toEqual({ started_at: 7 });
    }
  });

  it("stays as it was where a step fails half-way", () => {
    const place = { env: {}, osHomeDir: freshDir() };
    using records = openRecords(place);
    const broken = [...migrations, "CREATE TABLE half (x); CREATE TABLE runs (x)"];
    expect(() => migrate(records, broken)).toThrow("already exists");
    expect(records.get("PRAGMA user_version")).toEqual({ user_version: migrations.length });
    expect(records.get("SELECT name FROM sqlite_schema WHERE name = 'half'")).toBeUndefined();
  });
});
