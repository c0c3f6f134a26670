import { execFileSync } from "node:child_process";
import { chownSync, copyFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { lookAtDatabase } from "../../src/disk/database-file.ts";
import { snapshotDatabase, type Snapshot } from "../../src/disk/database.ts";
import { copyLocked } from "../../src/disk/still-database.ts";
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
import { canBecomeNobody } from "../support/nobody.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { freshDir, plant } from "../support/tree.ts";

/** Commits ten rows with a handle of its own each time, as a program that runs now and then. */
const commitAndClose = `
  const go = () => {
    const one = new DatabaseSync(process.argv[1], { timeout: 5000 });
    one.exec("BEGIN"); ${insertRows(10).replaceAll("db.", "one.")} one.exec("COMMIT"); one.close();
    setTimeout(go, Math.random() * 60);
  };
  db.close(); console.log("up"); go();`;

describe("a database that others use meanwhile", () => {
  test("is one state, with all that was committed before, though its log comes and goes", async () => {
    const file = walDatabase(3_000);
    await otherProcess(file, commitAndClose);
    const methods = new Set<string>();
    const deadline = Date.now() + 20_000;
    for (let round = 0; round < 40 || (methods.size < 2 && Date.now() < deadline); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 50));
      const committed = rowsOfQuietly(file);
      const snapshot = await taken(file);
      methods.add(snapshot.method);
      expect([snapshot.check, rowsOf(snapshot.file) % 10]).toEqual(["ok", 0]);
      expect(rowsOf(snapshot.file)).toBeGreaterThanOrEqual(committed);
      rmSync(snapshot.file);
    }
    expect([...methods].sort()).toEqual(["immutable", "online"]);
  });

  test("is one state in rollback mode, too, whoever commits meanwhile", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 3_000 } }), "a.db");
    await otherProcess(file, commitAndClose);
    for (let round = 0; round < 25; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 50));
      const committed = rowsOfQuietly(file);
      const snapshot = await taken(file);
      expect([snapshot.check, snapshot.isConsistent, rowsOf(snapshot.file) % 10]).toEqual(["ok", true, 0]);
      expect(rowsOf(snapshot.file)).toBeGreaterThanOrEqual(committed);
      rmSync(snapshot.file);
    }
  });

  test("cannot be committed to in rollback mode while its bytes are copied", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 3_000 } }), "a.db");
    using writer = new DatabaseSync(file);
    const insert = writer.prepare("INSERT INTO notes (body) VALUES ('one more')");
    const copy = join(freshDir(), "copy.db");
    const { guard } = place(freshDir());
    const hold = (): DatabaseSync => {
      const held = new DatabaseSync(file, { readOnly: true });
      held.exec("BEGIN");
      held.prepare("PRAGMA user_version").get();
      return held;
    };
    let attempts = 0;
    const onStep = (): void => {
      attempts += 1;
      expect(() => insert.run()).toThrow(/locked/);
    };
    const database = { source: file, copy, guard, file: lookAtDatabase(file, guard) };
    expect(await copyLocked(database, hold, { stepBytes: 4096, onStep })).toBe(true);
    expect(attempts).toBeGreaterThan(10);
    insert.run();
    expect([rowsOf(copy), rowsOf(file)]).toEqual([3_000, 3_001]);
  });

  test("is waited for while a writer has it for a short time", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 7 } }), "a.db");
    await otherProcess(
      file,
      `db.exec("BEGIN EXCLUSIVE; DELETE FROM notes"); console.log("up"); setTimeout(() => db.exec("COMMIT"), 700)`,
    );
    const snapshot = await snapshotDatabase(entryOf(file), place(freshDir()));
    expect(snapshot).toMatchObject({ status: "ok", check: "ok", method: "online" });
    expect(rowsOf((snapshot as Snapshot).file)).toBe(0);
  });

  test("is copied as files where the copy through SQLite takes too long", async () => {
    const file = walDatabase(2_000);
    await settle();
    const options = { stepBytes: 1, deadlineMs: 0 };
    const snapshot = await snapshotDatabase(entryOf(file), place(freshDir()), options);
    expect(snapshot).toMatchObject({ status: "ok", check: "ok", method: "private-copy", isConsistent: true });
    expect((snapshot as Snapshot).why).toMatch(/took longer than 0 s/);
    expect(rowsOf((snapshot as Snapshot).file)).toBe(2_000);
  });

  test("is let go of in the middle of its copy when the signal comes, and nothing stays", async () => {
    const file = walDatabase(20_000);
    await settle();
    const workDir = freshDir();
    const controller = new AbortController();
    const { signal } = controller;
    // Page by page it takes hundreds of turns of the event loop.
    setImmediate(() => controller.abort(new Error("that is enough")));
    const taking = snapshotDatabase(entryOf(file), place(workDir), { stepBytes: 1, signal });
    await expect(taking).rejects.toThrow("that is enough");
    expect(readdirSync(workDir)).toEqual([]);
  });

  test("is called inconsistent where its owner lets nobody in and writes all the while", async () => {
    const file = join(plant(freshDir(), { "a.db": { rows: 7 } }), "a.db");
    await otherProcess(
      file,
      `db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF"); ${insertRows(1)} console.log("up");
       const go = () => { ${insertRows(20)} setImmediate(go); }; go();`,
    );
    const snapshot = await taken(file);
    expect(snapshot).toMatchObject({ method: "private-copy", isConsistent: false });
    expect(snapshot.why).toMatch(/locked/);
  });

  test("may be one that this user can only read: nothing is left beside it", async (context) => {
    const file = walDatabase(0);
    const kill = await otherProcess(
      file,
      `db.exec("PRAGMA wal_autocheckpoint = 0"); ${insertRows(50)} console.log("up")`,
    );
    await kill();
    rmSync(`${file}-shm`);
    const disk = mountSmallDisk(context, "4m");
    for (const suffix of ["", "-wal"]) copyFileSync(file + suffix, join(disk, `a.db${suffix}`));
    execFileSync("mount", ["-o", "remount,ro", disk]);
    const snapshot = await taken(join(disk, "a.db"));
    expect(snapshot).toMatchObject({ check: "ok", isConsistent: true, leftBehind: [] });
    expect(rowsOf(snapshot.file)).toBe(50);
  });

  test.runIf(canBecomeNobody)("gets sidecars of its owner when root reads it", async () => {
    const file = walDatabase(3);
    const kill = await otherProcess(
      file,
      `db.exec("PRAGMA wal_autocheckpoint = 0"); ${insertRows(5)} console.log("up")`,
    );
    await kill();
    rmSync(`${file}-shm`);
    for (const name of [join(file, ".."), file, `${file}-wal`]) chownSync(name, 65_534, 65_534);
    expect(await taken(file)).toMatchObject({ method: "online", leftBehind: ["-shm"] });
    const { uid, gid } = statSync(`${file}-shm`);
    expect([uid, gid]).toEqual([65_534, 65_534]);
  });
});

/** The rows that are committed, read without creating sidecars; 0 where it is being written. */
function rowsOfQuietly(file: string): number {
  try {
    using database = new DatabaseSync(`file://${file}?immutable=1`, { readOnly: true });
    return Number(database.prepare("SELECT count(*) AS n FROM notes").get()!["n"]);
  } catch {
    return 0;
  }
}
