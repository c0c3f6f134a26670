import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";

import { inspectTargets, type TargetFacts } from "../../src/disk/inspect-target.ts";
import { lifeOf, markOf } from "../../src/system/process-mark.ts";
import { inspectLeftover, type Leftover, recover } from "../../src/disk/recovery.ts";
import { lastRecord, planUndoOf, removeVoidRecords, undoRestore } from "../../src/disk/undo.ts";
import type { ChildSpec } from "../support/restore-child.ts";
import { plant, type Tree } from "../support/tree.ts";
import { describeTree, restore, type RestoreSpec, scratchHome, thisProcess } from "../support/restore.ts";

const child = fileURLToPath(new URL("../support/restore-child.ts", import.meta.url));
const uid = process.getuid!();
const stamp = "20260922T145300Z";
let home: string;
let spec: RestoreSpec;

const old: Tree = { "openclaw.json": "old", "ws/deep/db": "old", "ws/old": "old" };

function whole(): RestoreSpec {
  return {
    home,
    existing: "put-aside",
    roots: [
      { id: "workspace.main", sourcePath: null, target: join(home, "ws"), type: "directory" },
      { id: "agent.main", sourcePath: null, target: join(home, "fresh/agent"), type: "directory" },
      { id: "config", sourcePath: null, target: join(home, "openclaw.json"), type: "file" },
    ],
    plain: [
      { path: "workspace.main", directory: true },
      { path: "workspace.main/new.md", content: "new" },
    ],
    sealed: [
      { path: "agent.main", directory: true },
      { path: "config", content: "new" },
    ],
  };
}

function piecesOf(...pieces: readonly string[]): RestoreSpec {
  return {
    home,
    existing: "put-aside",
    roots: [{ id: "workspace.main", sourcePath: null, target: join(home, "ws"), type: "directory", pieces }],
    plain: pieces.map((path) => ({ path: `workspace.main/${path}`, content: "new" })),
  };
}

beforeEach(() => {
  const scratch = scratchHome();
  home = scratch.home;
  plant(home, old);
  spec = whole();
  return scratch.remove;
});

function killed(changes: Partial<ChildSpec>): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(process.execPath, [child, JSON.stringify({ ...spec, ...changes })], (error) =>
      resolve((error?.signal as string | null | undefined) ?? null),
    );
  });
}

function facts(): TargetFacts[] {
  return [...inspectTargets(spec.roots, home).targets.values()];
}

function leftovers(): Leftover[] {
  const paths = facts().flatMap(({ leftovers: found }) => found);
  return paths.map((path) => inspectLeftover(path, { uid, processes: thisProcess }));
}

function recoverAll(): void {
  for (let next = leftovers()[0]; next !== undefined; next = leftovers()[0]) recover(next);
}

function contents(): string[] {
  return Object.entries(describeTree(home))
    .filter(([path, what]) => !what.endsWith("directory") && !path.startsWith("."))
    .map(([path, what]) => `${path}: ${what.slice(5)}`);
}

const inHome = (path: string): string => join(home, path);
const staged = (target: string): string => inHome(`.${target}.ocbak-staging-0123abcd/tree`);
const undoOptions = { uid, processes: thisProcess, now: new Date("2026-09-23T10:00:00Z"), suffix: "beef" };

async function undoLast(): Promise<void> {
  const last = lastRecord(facts(), uid)!;
  await undoRestore(last, planUndoOf(last, undoOptions.now), undoOptions);
}

describe("recovery", () => {
  it("finishes a restore killed between the two names of the last file", async () => {
    expect(await killed({ killAtStep: -1 })).toBe("SIGKILL");
    linkSync(inHome("openclaw.json"), staged("openclaw.json"));
    recoverAll();
    expect(readFileSync(inHome("openclaw.json"), "utf8")).toBe("new");
    expect(readdirSync(home).filter((name) => name.includes("staging"))).toEqual([]);
    await undoLast();
    expect(readFileSync(inHome("openclaw.json"), "utf8")).toBe("old");
  });

  it("undoes a restore of whose steps a power cut took earlier ones and left later ones: file systems differ", async () => {
    const before = contents();
    expect(await killed({ killAtStep: -1 })).toBe("SIGKILL");
    renameSync(inHome("ws"), staged("ws"));
    renameSync(inHome(`ws.before-ocbak-${stamp}`), inHome("ws"));
    expect(leftovers()[0]!.state).toBe("interrupted");
    recoverAll();
    expect(contents()).toEqual(before);
    expect(readdirSync(home).toSorted()).toEqual(["openclaw.json", "ws"]);
  });

  it("leaves alone what was put in the place of a staging directory after the look", async () => {
    expect(await killed({ killAt: 3 })).toBe("SIGKILL");
    const [leftover] = leftovers();
    renameSync(leftover!.path, inHome("stolen"));
    mkdirSync(leftover!.path);
    chmodSync(leftover!.path, 0o755);
    writeFileSync(join(leftover!.path, "mine"), "mine");
    expect(() => recover(leftover!)).toThrow(expect.objectContaining({ code: "unsafe-ancestor" }));
    expect(readdirSync(leftover!.path)).toEqual(["mine"]);
  });

  it("finds what was left of a target whose name is cut within a character of two units", async () => {
    const target = inHome(`x${"😀".repeat(55)}`);
    spec = { ...spec, roots: [{ ...spec.roots[0]!, target }] };
    spec = { ...spec, sealed: [] };
    expect(await killed({ killAtStep: 0 })).toBe("SIGKILL");
    expect(leftovers().map(({ state }) => state)).toEqual(["staging"]);
  });
});

describe("taking a restore back", () => {
  it("works where a folder that the restore made has gone since", async () => {
    await restore(spec);
    rmSync(inHome("fresh"), { recursive: true });
    await undoLast();
    expect(contents()).toEqual(expect.arrayContaining(["openclaw.json: old", "ws/old: old"]));
    expect(lastRecord(facts(), uid)).toBeUndefined();
    expect(readdirSync(home).filter((name) => /staging|-undo-|before/.test(name))).toEqual([]);
  });

  it("of single entries works where the folder above one has gone since", async () => {
    spec = piecesOf("deep/db", "old");
    await restore(spec);
    rmSync(inHome("ws/deep"), { recursive: true });
    await undoLast();
    expect(contents()).toEqual(expect.arrayContaining(["ws/deep/db: old", "ws/old: old"]));
  });

  it("is not done twice where it was killed before its record went", async () => {
    spec = piecesOf("deep/db", "old");
    await restore(spec);
    const [record] = facts()[0]!.undoRecords;
    const aside = inHome(`ws.before-ocbak-${stamp}`);
    cpSync(record!, inHome("copy"), { recursive: true });
    chmodSync(inHome("copy"), 0o700);
    await undoLast();
    renameSync(inHome("copy"), record!);
    mkdirSync(join(aside, "deep"), { recursive: true });
    expect(lastRecord(facts(), uid)).toBeUndefined();
    removeVoidRecords([record!], uid);
    expect(readdirSync(home).filter((name) => /-undo-|before/.test(name))).toEqual([]);
  });

  it("does not take back a restore to a place of the same name in a folder above", async () => {
    await restore(spec);
    mkdirSync(inHome("sub/ws"), { recursive: true });
    const roots = [{ ...spec.roots[0]!, target: inHome("sub/ws") }];
    const found = [...inspectTargets(roots, home).targets.values()];
    expect(lastRecord(found, uid)).toBeUndefined();
  });

  it("takes back the restore that stands there also where the clock was put back between two", async () => {
    await restore({ ...spec, now: new Date("2031-01-01T00:00:00Z") });
    await restore(spec);
    expect(lastRecord(facts(), uid)!.journal.startedAt).toBe("2026-09-22T14:53:00.000Z");
  });
});

it("a piece that is named like the log of another one is put in place beside it", async () => {
  writeFileSync(inHome("ws/old-wal"), "old log");
  spec = piecesOf("old", "old-wal");
  await restore(spec);
  expect(contents()).toEqual(expect.arrayContaining(["ws/old: new", "ws/old-wal: new"]));
  await undoLast();
  expect(contents()).toEqual(expect.arrayContaining(["ws/old: old", "ws/old-wal: old log"]));
});

it("a process cannot be told dead where the system no longer tells what tells it from others", () => {
  const mark = markOf(thisProcess);
  expect(lifeOf({ ...mark, boot: null, start: null }, thisProcess)).not.toBe("dead");
});
