import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { snapshotDatabase } from "../../src/disk/database.ts";
import { removeCopy } from "../../src/disk/database-family.ts";
import { PathGuard, type GuardedRoot } from "../../src/disk/path-guard.ts";
import type { PlannedEntry } from "../../src/disk/planned.ts";
import { readLink, readSmall } from "../../src/disk/read.ts";
import { canBecomeNobody, runAsNobody } from "../support/nobody.ts";
import { freshDir, plant } from "../support/tree.ts";

function guardOf(roots: readonly GuardedRoot[] = []): PathGuard {
  const guard = new PathGuard(roots);
  onTestFinished(() => guard.release());
  return guard;
}

function rootAt(source: string): GuardedRoot {
  const { dev, ino } = lstatSync(source, { bigint: true });
  return { source, dev, ino };
}

function entryOf(source: string, type: PlannedEntry["type"] = "file"): PlannedEntry {
  return { path: "state/x" as PlannedEntry["path"], type, section: "sealed", source, size: 0 };
}

const read = (guard: PathGuard, source: string) => readFileSync(guard.reach(source), "utf8");

describe("a file is reached through the folders that were planned", () => {
  test.each(["plain", " (deleted)", "line\nfeed", "\xff\xfe", "back\\slash", "x".repeat(255)])(
    "whatever their names: %j",
    (name) => {
      const dir = plant(freshDir(), { [`${name}/in/${name}`]: "here", [`${name}/other`]: "there" });
      const guard = guardOf();
      expect(read(guard, `${dir}/${name}/in/${name}`)).toBe("here");
      expect(read(guard, `${dir}/${name}/other`)).toBe("there");
    },
  );

  test("directly below the root of all folders", () => {
    expect(lstatSync(guardOf().reach("/tmp")).isDirectory()).toBe(true);
    expect(lstatSync(guardOf().reach("/")).isDirectory()).toBe(true);
  });

  test("not through one that is a link now, and again when it is a folder", () => {
    const dir = plant(freshDir(), { "real/in/a": "mine", "elsewhere/in/a": "not mine" });
    const guard = guardOf();
    renameSync(join(dir, "real"), join(dir, "kept"));
    symlinkSync("elsewhere", join(dir, "real"));
    expect(() => guard.reach(`${dir}/real/in/a`)).toThrow(
      expect.objectContaining({ code: "unsafe-ancestor", message: expect.stringContaining("symbolic link") }),
    );
    expect(readSmall(entryOf(`${dir}/real/in/a`), Buffer.alloc(10), guard)).toMatchObject({
      status: "unreadable",
      reason: expect.stringContaining(`${dir}/real`),
    });
    rmSync(join(dir, "real"));
    renameSync(join(dir, "kept"), join(dir, "real"));
    expect(read(guard, `${dir}/real/in/a`)).toBe("mine");
  });

  test("one that was removed is told from a root that was removed", () => {
    const dir = plant(freshDir(), { "root/folder/a": "a", "root/b": "b" });
    const guard = guardOf([rootAt(`${dir}/root`)]);
    expect(read(guard, `${dir}/root/folder/a`)).toBe("a");
    guard.release();
    rmSync(join(dir, "root/folder"), { recursive: true });
    expect(() => guard.reach(`${dir}/root/folder/a`)).toThrow(expect.objectContaining({ code: "ENOENT" }));
    expect(read(guard, `${dir}/root/b`)).toBe("b");
    guard.release();
    rmSync(join(dir, "root"), { recursive: true });
    expect(() => guard.reach(`${dir}/root/b`)).toThrow(expect.objectContaining({ code: "root-missing" }));
  });

  test("nothing is taken from another folder in a root's place", () => {
    const dir = plant(freshDir(), { "root/a": "a", "other/a": "other" });
    const guard = guardOf([rootAt(`${dir}/root`)]);
    renameSync(join(dir, "root"), join(dir, "kept"));
    renameSync(join(dir, "other"), join(dir, "root"));
    for (let time = 0; time < 2; time += 1) {
      expect(() => guard.reach(`${dir}/root/a`)).toThrow(
        expect.objectContaining({ code: "root-missing", message: expect.stringContaining("another folder") }),
      );
    }
  });

  test.runIf(canBecomeNobody)("by a user who may pass a folder and not list it", () => {
    const dir = plant(freshDir(), { "closed/in/a": "here" });
    for (const path of [dir, join(dir, "closed/in"), join(dir, "closed/in/a")]) chmodSync(path, 0o755);
    chmodSync(join(dir, "closed"), 0o711);
    const module = new URL("../../src/disk/path-guard.ts", import.meta.url).pathname;
    const program = `import { readFileSync } from "node:fs"; import { PathGuard } from ${JSON.stringify(module)};
      console.log(readFileSync(new PathGuard().reach(process.argv[1]), "utf8"));`;
    expect(runAsNobody(program, join(dir, "closed/in/a"))).toBe("here\n");
  });
});

/** Another process that turns the folder `place` into a link to the folder beside it and back, as fast as it can. */
async function flipper(place: string): Promise<void> {
  const program = `const { renameSync, symlinkSync } = require("node:fs"); const place = process.argv[1];
    symlinkSync("elsewhere", place + ".link"); console.log("up");
    const go = () => {
      for (let n = 0; n < 100; n += 1) {
        renameSync(place, place + ".kept"); renameSync(place + ".link", place);
        renameSync(place, place + ".link"); renameSync(place + ".kept", place);
      }
      setImmediate(go);
    }; go();`;
  const child = spawn(process.execPath, ["-e", program, place], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
}

describe("a folder that is turned into a link and back without pause", () => {
  test("leads no reading of files and links elsewhere", async () => {
    const tree = { "in/a": "mine", "in/link": { to: "my-target" } };
    const dir = plant(freshDir(), { ...prefixed("place", tree) });
    plant(dir, { "elsewhere/in/a": "a secret", "elsewhere/in/link": { to: "secret-target" } });
    await flipper(join(dir, "place"));
    const into = Buffer.alloc(100);
    const seen = new Set<string>();
    for (let round = 0; round < 5_000; round += 1) {
      using guard = new PathGuard();
      const { status, bytes } = readSmall(entryOf(`${dir}/place/in/a`), into, guard);
      seen.add(status === "ok" ? into.toString("latin1", 0, bytes) : status);
      const link = readLink(entryOf(`${dir}/place/in/link`, "symlink"), guard);
      seen.add(link.target ?? link.status);
    }
    expect([...seen].filter((one) => one.includes("secret"))).toEqual([]);
    expect(seen).toContain("mine");
    expect(seen).toContain("my-target");
    expect(seen).toContain("unreadable");
  });

  test("leads no copy of a database elsewhere", async () => {
    const dir = plant(freshDir(), { "place/a.db": { rows: 3 }, "elsewhere/a.db": { rows: 99 } });
    for (const place of ["place", "elsewhere"]) keepLog(join(dir, place, "a.db"));
    await flipper(join(dir, "place"));
    const workDir = freshDir();
    const seen = new Set<unknown>();
    for (let round = 0; round < 300; round += 1) {
      using guard = new PathGuard();
      const outcome = await snapshotDatabase(entryOf(`${dir}/place/a.db`), { workDir, guard });
      if (outcome.status !== "ok") seen.add(outcome.status);
      else {
        seen.add(rowsOf(outcome.file));
        removeCopy(outcome.file);
      }
    }
    expect([...seen].filter((rows) => typeof rows === "number" && rows !== 4)).toEqual([]);
    expect(seen).toContain(4);
  });
});

function prefixed<T>(prefix: string, tree: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(tree).map(([path, one]) => [`${prefix}/${path}`, one]));
}

/** One row more, which stands in a log alone, as after a crash. */
function keepLog(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; INSERT INTO notes (body) VALUES ('x')",
  );
  const kept = `${dirname(file)}.kept-log`;
  mkdirSync(kept);
  for (const suffix of ["", "-wal"]) copyByBytes(file + suffix, join(kept, `a.db${suffix}`));
  database.close();
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
  for (const suffix of ["", "-wal"]) renameSync(join(kept, `a.db${suffix}`), file + suffix);
}

function copyByBytes(from: string, to: string): void {
  const content = readFileSync(from);
  plant(dirname(to), { [to.slice(dirname(to).length + 1)]: content });
}

function rowsOf(file: string): number {
  using database = new DatabaseSync(file, { readOnly: true });
  return Number(database.prepare("SELECT count(*) AS n FROM notes").get()!["n"]);
}
