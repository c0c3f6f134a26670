import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { snapshotDatabase, type NoSnapshot, type Snapshot } from "../../src/disk/database.ts";
import { bytesOf, freshDir, plant } from "../support/tree.ts";
import {
  entryOf,
  insertRows,
  otherProcess,
  place,
  rowsOf,
  settle,
  taken,
  walDatabase,
} from "../support/databases.ts";
import { mountSmallDisk } from "../support/small-disk.ts";

describe("a live database", () => {
  test("rows that stand only in another program's log are in the copy, and the copy stands alone", async () => {
    const file = walDatabase(0);
    await otherProcess(
      file,
      `db.exec("PRAGMA wal_autocheckpoint = 0"); ${insertRows(100)} console.log("up")`,
    );
    const before = readdirSync(join(file, "..")).sort();
    const snapshot = await taken(file);
    expect(snapshot).toMatchObject({ check: "ok", method: "online", isConsistent: true, leftBehind: [] });
    expect(rowsOf(snapshot.file)).toBe(100);
    expect(readFileSync(snapshot.file).subarray(18, 20)).toEqual(Buffer.from([1, 1]));
    expect(readdirSync(join(snapshot.file, ".."))).toHaveLength(1);
    expect(readdirSync(join(file, "..")).sort()).toEqual(before);
  });

  test("every copy made under a writer that never rests is sound and holds what was committed before", async () => {
    const file = walDatabase(5_000);
    await otherProcess(
      file,
      `${insertRows(1)} console.log("up"); setInterval(() => { ${insertRows(20)} }, 1)`,
    );
    for (let round = 0; round < 10; round += 1) {
      const committed = rowsOf(file);
      const snapshot = await taken(file);
      expect(snapshot).toMatchObject({ check: "ok", method: "online" });
      expect(rowsOf(snapshot.file)).toBeGreaterThanOrEqual(committed);
      rmSync(snapshot.file);
    }
  });

  test("copying in small steps does not start again whenever another program writes", async () => {
    const file = walDatabase(200_000);
    await otherProcess(
      file,
      `${insertRows(1)} console.log("up"); setInterval(() => { ${insertRows(20)} }, 1)`,
    );
    const options = { stepBytes: 1, deadlineMs: 10_000 };
    const snapshot = await snapshotDatabase(entryOf(file), place(freshDir()), options);
    expect(snapshot).toMatchObject({ status: "ok", check: "ok", method: "online" });
  });

  test("one in rollback mode is copied without a trace beside it", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 7 } }), "a.db");
    const snapshot = await taken(file);
    expect(snapshot).toMatchObject({ check: "ok", method: "online", leftBehind: [] });
    expect(rowsOf(snapshot.file)).toBe(7);
    expect(readFileSync(snapshot.file).equals(readFileSync(file))).toBe(true);
    expect(readdirSync(join(file, ".."))).toEqual(["a.db"]);
  });

  test("one that another program keeps to itself is copied as files and recovered", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 7 } }), "a.db");
    await otherProcess(
      file,
      `db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = 5; BEGIN EXCLUSIVE"); ${insertRows(500)} console.log("up")`,
    );
    await settle();
    const snapshot = await taken(file);
    expect(snapshot).toMatchObject({ check: "ok", method: "private-copy", isConsistent: true });
    expect(rowsOf(snapshot.file)).toBe(7);
  });
});

describe("a database at rest", () => {
  test("in WAL mode without a log it is copied without creating sidecars", async () => {
    const file = walDatabase(9);
    await settle();
    const snapshot = await taken(file);
    expect(snapshot).toMatchObject({ check: "ok", method: "immutable", leftBehind: [] });
    expect(rowsOf(snapshot.file)).toBe(9);
    expect(readdirSync(join(file, ".."))).toEqual(["a.db"]);
  });

  test("after a crash its log is in the copy, its files are untouched, and the new -shm is reported", async () => {
    const file = walDatabase(0);
    const kill = await otherProcess(
      file,
      `db.exec("PRAGMA wal_autocheckpoint = 0"); ${insertRows(50)} console.log("up")`,
    );
    await kill();
    rmSync(`${file}-shm`);
    const log = readFileSync(`${file}-wal`);
    const snapshot = await taken(file);
    expect(snapshot).toMatchObject({ check: "ok", method: "online", leftBehind: ["-shm"] });
    expect(rowsOf(snapshot.file)).toBe(50);
    expect(readFileSync(`${file}-wal`).equals(log)).toBe(true);
  });

  test("after a crash in the middle of a transaction the copy is rolled back, the original is not touched", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 7 } }), "a.db");
    const crashed = join(freshDir(), "a.db");
    await otherProcess(
      file,
      `db.exec("PRAGMA cache_size = 5; BEGIN IMMEDIATE"); ${insertRows(500)} db.exec("SAVEPOINT s"); console.log("up")`,
    );
    for (const suffix of ["", "-journal"]) copyFileSync(file + suffix, crashed + suffix);
    const before = readFileSync(crashed);
    const snapshot = await taken(crashed);
    expect(snapshot).toMatchObject({ check: "ok", isConsistent: true });
    expect(rowsOf(snapshot.file)).toBe(7);
    expect(readFileSync(crashed).equals(before)).toBe(true);
    expect(readdirSync(join(crashed, "..")).sort()).toEqual(["a.db", "a.db-journal"]);
  });

  test("after a kill in the middle of a transaction in rollback mode it is rolled back, its journal stays", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 7 } }), "a.db");
    const kill = await otherProcess(
      file,
      `db.exec("PRAGMA cache_size = 5; BEGIN IMMEDIATE; DELETE FROM notes"); ${insertRows(500)} console.log("up")`,
    );
    await kill();
    const names = readdirSync(join(file, "..")).sort();
    expect(names).toEqual(["a.db", "a.db-journal"]);
    const before = names.map((name) => readFileSync(join(file, "..", name)));
    const snapshot = await taken(file);
    expect(snapshot).toMatchObject({ check: "ok", method: "private-copy", isConsistent: true });
    expect(snapshot.why).toMatch(/cut off/);
    expect(rowsOf(snapshot.file)).toBe(7);
    expect(names.map((name) => readFileSync(join(file, "..", name)))).toEqual(before);
  });

  test.each([512, 65_536])("with pages of %i bytes it is copied like others", async (pageBytes) => {
    const file = join(freshDir(), "a.db");
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA journal_mode = WAL; CREATE TABLE notes (body);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO notes SELECT hex(randomblob(999)) FROM n`);
    database.close();
    await settle();
    const options = { stepBytes: 1 };
    const snapshot = await snapshotDatabase(entryOf(file), place(freshDir()), options);
    expect(snapshot).toMatchObject({ status: "ok", check: "ok", method: "immutable" });
    expect(rowsOf((snapshot as Snapshot).file)).toBe(300);
  });

  test("mode and time recorded are those of the original", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 1 } }), "a.db");
    chmodSync(file, 0o640);
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    const { attributes } = await taken(file);
    expect(attributes).toMatchObject({ mode: 0o640, mtime: "1700000000000000000" });
  });

  test("the work directory may have any name, and the copy can be found by its bytes", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 1 } }), "a.db");
    const workDir = join(freshDir(), "arbeit-é");
    mkdirSync(workDir);
    const snapshot = await taken(file, workDir);
    expect(readFileSync(bytesOf(snapshot.source)).equals(readFileSync(snapshot.file))).toBe(true);
  });

  test.each(["b\xff\xfe.db", "what?#%.db", " space .db", "line\nfeed.db", "back\\slash.db"])(
    "its name may be anything: %j",
    async (name) => {
      const dir = plant(freshDir(), { "a.db": { rows: 3 } });
      renameSync(join(dir, "a.db"), bytesOf(`${dir}/${name}`));
      const snapshot = await taken(`${dir}/${name}`);
      expect(rowsOf(snapshot.file)).toBe(3);
    },
  );
});

describe("the check", () => {
  test("a damaged database is copied and its damage said", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 2000 } }), "a.db");
    const bytes = readFileSync(file);
    bytes.fill(0x55, 4096 * 3, 4096 * 3 + 800);
    writeFileSync(file, bytes);
    const snapshot = await taken(file);
    expect(snapshot.check).toBe("failed");
    expect(readFileSync(snapshot.file).subarray(4096 * 3, 4096 * 4)).toEqual(
      bytes.subarray(4096 * 3, 4096 * 4),
    );
  });

  test("one that fails once is made again before anybody calls it damaged", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 2000 } }), "a.db");
    const sound = readFileSync(file);
    const torn = Buffer.from(sound);
    torn.fill(0x55, 4096 * 3, 4096 * 3 + 800);
    writeFileSync(file, torn);
    let looks = 0;
    const reach = (path: string) => {
      if (path === file && ++looks === 2) writeFileSync(file, sound);
      return bytesOf(path);
    };
    const snapshot = await snapshotDatabase(entryOf(file), { workDir: freshDir(), guard: { reach } });
    expect(snapshot).toMatchObject({ status: "ok", check: "ok" });
    expect(rowsOf((snapshot as Snapshot).file)).toBe(2000);
  });

  test("an index that lacks a row is found", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 3 } }), "a.db");
    const database = new DatabaseSync(file, { defensive: false });
    database.exec(`CREATE INDEX by_body ON notes (body); PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET name = 'hidden', type = 'table', tbl_name = 'hidden', sql = 'CREATE TABLE hidden (body, id, PRIMARY KEY (body, id)) WITHOUT ROWID' WHERE name = 'by_body'`);
    database.close();
    const hidden = new DatabaseSync(file, { defensive: false });
    hidden.exec(`DELETE FROM hidden WHERE id = 2; PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET name = 'by_body', type = 'index', tbl_name = 'notes', sql = 'CREATE INDEX by_body ON notes (body)' WHERE name = 'hidden'`);
    hidden.close();
    expect(await taken(file)).toMatchObject({ check: "failed" });
  });

  test.each([
    [
      "a virtual table's module",
      "INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING vec0(a)')",
    ],
    ["a collation", "UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'their_own')"],
    [
      "a tokenizer",
      "UPDATE sqlite_schema SET sql = replace(sql, 'fts5(a)', 'fts5(a, tokenize = \"theirs\")')",
    ],
  ])("a database for which %s is missing here is not called damaged", async (_what, change) => {
    const file = join(plant(freshDir(), { "a.db": { rows: 3 } }), "a.db");
    const database = new DatabaseSync(file, { defensive: false });
    database.exec(`CREATE TABLE c (a COLLATE NOCASE); CREATE INDEX i ON c (a); INSERT INTO c VALUES ('x'), ('y');
      CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES ('words');
      PRAGMA writable_schema = ON; ${change}`);
    database.close();
    const snapshot = await taken(file);
    expect(snapshot.check).not.toBe("failed");
    expect(rowsOf(snapshot.file)).toBe(3);
  });
});

async function outcomeOf(source: string, workDir = freshDir()): Promise<NoSnapshot | Snapshot> {
  return snapshotDatabase(entryOf(source), place(workDir), { busyTimeoutMs: 100 });
}

describe("no snapshot", () => {
  test.each([
    [
      "has the magic bytes and nothing else",
      Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(5000, 7)]),
    ],
    ["ends after its header", Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(90, 1)])],
  ])("a file that %s is to be stored as its bytes, and no copy stays", async (_what, content) => {
    const dir = plant(freshDir(), { "a.db": content });
    const workDir = freshDir();
    expect(await outcomeOf(join(dir, "a.db"), workDir)).toMatchObject({ status: "raw" });
    expect(readdirSync(workDir)).toEqual([]);
  });

  test("one whose log is a link is to be stored as its bytes, and the link is not followed", async () => {
    const file = walDatabase(3);
    plant(join(file, ".."), { elsewhere: "a secret", "a.db-wal": { to: "elsewhere" } });
    const { reason } = (await outcomeOf(file)) as NoSnapshot;
    expect(reason).toMatch(/-wal is no file.*log \(-wal\) is not in the archive/);
  });

  test("nobody waits for a FIFO in the place of a log", async () => {
    const file = walDatabase(3);
    execFileSync("mkfifo", [`${file}-wal`]);
    const snapshot = await taken(file);
    expect([snapshot.check, rowsOf(snapshot.file)]).toEqual(["ok", 3]);
  });

  test.each([
    ["FIFO", (file: string) => execFileSync("mkfifo", [file]), "is no longer a file"],
    ["folder", (file: string) => mkdirSync(file), "is no longer a file"],
    ["link", (file: string) => plant(join(file, ".."), { "a.db": { to: "/etc/passwd" } }), "ELOOP"],
  ])("a database in whose place is a %s is vanished", async (_what, act, reason) => {
    const file = walDatabase(3);
    rmSync(file);
    act(file);
    expect(await outcomeOf(file)).toEqual({ status: "vanished", reason });
  });

  test("a database that has gone is vanished", async () => {
    expect(await outcomeOf(join(freshDir(), "a.db"))).toEqual({ status: "vanished", reason: "ENOENT" });
  });

  test("an aborted signal ends it with the signal's reason", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 3 } }), "a.db");
    const workDir = freshDir();
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(snapshotDatabase(entryOf(file), place(workDir), { signal })).rejects.toThrow("stop");
    expect(readdirSync(workDir)).toEqual([]);
  });

  test("a full disk is an error, not a hole in the backup", async (context) => {
    const disk = mountSmallDisk(context, "256k");
    const file = join(plant(freshDir(), { "a.db": { rows: 30_000 } }), "a.db");
    await expect(outcomeOf(file, disk)).rejects.toMatchObject({ code: "no-space" });
    expect(readdirSync(disk)).toEqual([]);
    expect(lstatSync(file).size).toBe(statSync(file).size);
  });
});
