import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
  closeSync,
  existsSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { createBackup } from "../../src/backup/create.ts";
import type { CreateReport, ListedEntry } from "../../src/backup/reports.ts";
import { noise } from "../support/installation.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, type World } from "../support/world.ts";

interface Backed {
  readonly report: CreateReport;
  readonly status: number;
  readonly err: string;
  readonly listed: ListedEntry | undefined;
  /** Where the database is after the restore. */
  readonly restored: string;
}

const inState = (name: string) => `.openclaw/memory/${name}`;

async function plantedWorld(rows = 100): Promise<World & { path: string }> {
  const world = await makeWorld();
  plant(world.home, { ".openclaw/openclaw.json": "{}", ".openclaw/workspace/MEMORY.md": "m" });
  plant(world.home, { [inState("main.sqlite")]: { rows } });
  return { ...world, path: join(world.home, inState("main.sqlite")) };
}

async function roundTrip(world: World): Promise<Backed> {
  const archive = join(world.archives, "a.ocbak");
  const { status, out, err } = await world.ocbak(["create", "--json", "-o", archive]);
  const { out: list } = await world.ocbak(["ls", "--json", archive, "state/memory/main.sqlite"]);
  const restored = await world.ocbak(["restore", "--quiet", "--home", world.newHome, archive]);
  expect([restored.status, restored.err]).toEqual([0, ""]);
  return {
    report: JSON.parse(out) as CreateReport,
    status,
    err,
    listed: (JSON.parse(list) as { entries: ListedEntry[] }).entries[0],
    restored: join(world.newHome, inState("main.sqlite")),
  };
}

function count(path: string): unknown {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare("SELECT count(*) AS n FROM notes").get()!["n"];
}

/** Another process that has the database open and does `sql`, until the test ends. */
async function holder(path: string, sql: string): Promise<void> {
  const program = `
    const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(process.argv[1]);
    ${sql}
    console.log("on");
    setInterval(() => database, 1000);`;
  const child = spawn(process.execPath, ["-e", program, path], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise((resolve) => child.stdout.once("data", resolve));
}

describe("a database", () => {
  it("in WAL mode whose rows are in its log alone is backed up with them, and its files stay", async () => {
    const world = await plantedWorld();
    const live = new DatabaseSync(world.path);
    onTestFinished(() => live.close());
    live.exec(
      "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; INSERT INTO notes (body) VALUES ('last')",
    );
    const { report, status, listed, restored } = await roundTrip(world);
    expect([status, listed?.status, listed?.reason]).toEqual([0, "database", undefined]);
    expect(report.entries.database).toBe(1);
    expect(count(restored)).toBe(101);
    expect([existsSync(`${world.path}-wal`), existsSync(`${restored}-wal`)]).toEqual([true, false]);
  });

  it("with an open transaction is backed up in its last committed state", async () => {
    const world = await plantedWorld();
    await holder(world.path, `database.exec("PRAGMA journal_mode=WAL; BEGIN IMMEDIATE; DELETE FROM notes");`);
    const { status, restored } = await roundTrip(world);
    expect([status, count(restored)]).toEqual([0, 100]);
  });

  it("that another process keeps to itself is backed up in a consistent state", async () => {
    const world = await plantedWorld();
    await holder(
      world.path,
      `database.exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; INSERT INTO notes (body) VALUES ('x')");`,
    );
    const { status, listed, restored } = await roundTrip(world);
    expect([status, listed?.status]).toEqual([0, "database"]);
    expect(count(restored)).toBe(101);
  });

  it("that is written to a hundred times a second is one state, rows and totals agree", async () => {
    const world = await plantedWorld();
    await holder(
      world.path,
      `database.exec("PRAGMA journal_mode=WAL; CREATE TABLE total (n INTEGER); INSERT INTO total VALUES (100)");
       setInterval(() => database.exec("BEGIN; INSERT INTO notes (body) VALUES ('" + "x".repeat(5000) + "'); UPDATE total SET n = n + 1; COMMIT"), 10);`,
    );
    const { status, restored } = await roundTrip(world);
    expect(status).toBe(0);
    using database = new DatabaseSync(restored, { readOnly: true });
    expect(database.prepare("SELECT n FROM total").get()!["n"]).toBe(count(restored));
  });

  it("whose pages are damaged is kept as far as it goes, named, and the backup incomplete", async () => {
    const world = await plantedWorld(5000);
    damage(world.path);
    const { status, report, err, listed, restored } = await roundTrip(world);
    expect([status, report.complete]).toEqual([3, false]);
    expect(listed).toMatchObject({ status: "changed", reason: expect.any(String) });
    expect(err).toMatch(/main\.sqlite/);
    expect(report.warnings).toEqual([expect.stringContaining("main.sqlite")]);
    expect(existsSync(restored)).toBe(true);
  });

  it("that only begins like one is kept byte by byte, and the backup incomplete", async () => {
    const world = await plantedWorld();
    const bytes = Buffer.concat([Buffer.from("SQLite format 3\0"), noise(10_000)]);
    writeFileSync(world.path, bytes);
    const { status, listed, restored } = await roundTrip(world);
    expect([status, listed?.status]).toEqual([3, "changed"]);
    expect(readFileSync(restored).equals(bytes)).toBe(true);
  });

  it.each([0, 16, 99])("of %i bytes is none, and a file like others", async (length) => {
    const world = await plantedWorld();
    const bytes = Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(100)]).subarray(0, length);
    writeFileSync(world.path, bytes);
    const { status, listed, restored } = await roundTrip(world);
    expect([status, listed?.status, listed?.size]).toEqual([0, "ok", length]);
    expect(readFileSync(restored).equals(bytes)).toBe(true);
  });

  it("that is encrypted is a file like others: byte by byte, and the backup complete", async () => {
    const world = await plantedWorld();
    const bytes = randomBytes(40_960);
    writeFileSync(world.path, bytes);
    const { status, listed, restored } = await roundTrip(world);
    expect([status, listed?.status]).toEqual([0, "ok"]);
    expect(readFileSync(restored).equals(bytes)).toBe(true);
  });

  it("with a name that is no UTF-8 is backed up as one", async () => {
    const world = await plantedWorld();
    const odd = Buffer.from(`${join(world.home, ".openclaw/memory")}/odd-\u00ff.sqlite`, "latin1");
    copyFileSync(world.path, odd);
    const { report, status } = await roundTrip(world);
    expect([status, report.entries.database]).toEqual([0, 2]);
  });

  it("that another one takes the place of while the backup runs is one of the two", async () => {
    const world = await plantedWorld();
    plant(world.home, { [inState("next")]: { rows: 7 } });
    const start = (label: string): void => {
      if (label === "create") renameSync(join(world.home, inState("next")), world.path);
    };
    const report = await createBackup(
      { output: join(world.archives, "a.ocbak"), sealing: { recipients: [world.recipient] } },
      world.context({ progress: { start, advance() {}, finish() {} } }),
    );
    expect(report).toMatchObject({ complete: true, entries: { database: 1, vanished: 1 } });
    await world.ocbak(["restore", "--quiet", "--home", world.newHome, join(world.archives, "a.ocbak")]);
    expect(count(join(world.newHome, inState("main.sqlite")))).toBe(7);
  });
});

/** Page 3 and those after it, as a failing disk would leave them; the header stays. */
function damage(path: string): void {
  const fd = openSync(path, "r+");
  writeSync(fd, Buffer.alloc(20_000, 0xa5), 0, 20_000, 8192);
  closeSync(fd);
}
