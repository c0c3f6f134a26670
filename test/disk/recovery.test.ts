import { execFile } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";

import { inspectTargets } from "../../src/disk/inspect-target.ts";
import { inspectLeftover, type Leftover, recover } from "../../src/disk/recovery.ts";
import { lastRecord, planUndoOf, removeVoidRecords, undoRestore } from "../../src/disk/undo.ts";
import type { ChildSpec } from "../support/restore-child.ts";
import {
  describeTree,
  type Entry,
  restore,
  type RestoreSpec,
  restoreTime,
  scratchHome,
  thisProcess,
} from "../support/restore.ts";

const child = fileURLToPath(new URL("../support/restore-child.ts", import.meta.url));
const uid = process.getuid!();
let home: string;
let spec: RestoreSpec;

/** Two trees and a file are replaced, one comes new with its folders, and the program stays in the state dir. */
const old = {
  ".openclaw": "0755 directory",
  ".openclaw/lib": "0755 directory",
  ".openclaw/lib/node_modules": "0755 directory",
  ".openclaw/lib/node_modules/it": "0644 the program",
  ".openclaw/old": "0644 old",
  ".openclaw/tools": "0755 directory",
  ".openclaw/tools/node": "0755 node",
  "openclaw.json": "0644 old",
  ws: "0755 directory",
  "ws/old": "0644 old",
};
const restored = {
  ".openclaw": "0700 directory",
  ".openclaw/lib": "0700 directory",
  ".openclaw/lib/node_modules": "0755 directory",
  ".openclaw/lib/node_modules/it": "0644 the program",
  ".openclaw/new": "0600 new",
  ".openclaw/tools": "0755 directory",
  ".openclaw/tools/node": "0755 node",
  fresh: "0755 directory",
  "fresh/agent": "0755 directory",
  "fresh/agent/dir": "0755 directory",
  "fresh/agent/dir/db": "0644 new",
  "openclaw.json": "0644 new",
  ws: "0755 directory",
  "ws/new.md": "0644 new",
};
const stamp = "20260922T145300Z";

beforeEach(() => {
  const scratch = scratchHome();
  home = scratch.home;
  plantOld();
  const root = (id: string, path: string, type: "directory" | "file" = "directory") =>
    ({ id, sourcePath: null, target: join(home, path), type }) as const;
  spec = {
    home,
    existing: "put-aside",
    privateRoots: ["state"],
    roots: [
      {
        ...root("state", ".openclaw"),
        stays: [
          { path: "lib/node_modules", parents: ["lib"] },
          { path: "npm", parents: [] },
          { path: "tools", parents: [] },
        ],
      },
      root("agent.main", "fresh/agent/dir"),
      root("config", "openclaw.json", "file"),
      root("workspace.main", "ws"),
    ],
    plain: [
      { path: "workspace.main", directory: true },
      { path: "workspace.main/new.md", content: "new" },
    ],
    sealed: [
      { path: "agent.main", directory: true },
      { path: "agent.main/db", content: "new" },
      { path: "config", content: "new" },
      { path: "state", directory: true, mode: 0o700 },
      { path: "state/new", content: "new" },
    ] satisfies Entry[],
  };
  return scratch.remove;
});

function plantOld(): void {
  for (const [path, what] of Object.entries(old)) {
    const mode = Number.parseInt(what.slice(0, 4), 8);
    if (what.endsWith(" directory")) mkdirSync(join(home, path));
    else writeFileSync(join(home, path), what.slice(5));
    chmodSync(join(home, path), mode);
  }
}

/** Runs the restore in a process of its own, which dies. */
function killed(changes: Partial<ChildSpec>): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(process.execPath, [child, JSON.stringify({ ...spec, ...changes })], (error) =>
      resolve((error?.signal as string | null | undefined) ?? null),
    );
  });
}

function leftovers(processes = thisProcess): Leftover[] {
  return facts().flatMap(({ leftovers: paths }) =>
    paths.map((path) => inspectLeftover(path, { uid, processes })),
  );
}

function newer(entry: Entry): Entry {
  return entry.content === undefined ? entry : { ...entry, content: "newer" };
}

function facts() {
  return [...inspectTargets(spec.roots, home).targets.values()];
}

function recoverAll(): void {
  for (let next = leftovers()[0]; next !== undefined; next = leftovers()[0]) recover(next);
}

/** What stands there, without what was put aside. */
function placed(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(describeTree(home)).filter(([path]) => !/-ocbak-|\.ocbak-undo-/.test(path)),
  );
}

describe("a restore killed with -9", () => {
  const kills: [string, Partial<ChildSpec>, Leftover["state"]][] = [
    ...[1, 9].map((killAt): [string, Partial<ChildSpec>, Leftover["state"]] => [
      `while staging, ${killAt} calls in`,
      { killAt },
      "staging",
    ]),
    ["before the first step", { killAtStep: 0 }, "staging"],
    ["after a folder was made for what is carried over", { killAtStep: 1 }, "staging"],
    ["after one thing was carried over", { killAtStep: 2 }, "interrupted"],
    ["after everything was carried over", { killAtStep: 3 }, "interrupted"],
    ["with the state dir put aside", { killAtStep: 4 }, "interrupted"],
    ["with the state dir in its place", { killAtStep: 5 }, "interrupted"],
    ["after a folder for another root was made", { killAtStep: 6 }, "interrupted"],
    ["with the config put aside", { killAtStep: 9 }, "interrupted"],
    ["with the workspace put aside", { killAtStep: 11 }, "interrupted"],
  ];

  it.each(kills)("%s is undone by the next one, to the last byte", async (_, when, state) => {
    expect(await killed(when)).toBe("SIGKILL");
    expect(leftovers().map((leftover) => leftover.state)).toEqual(expect.arrayContaining([state]));
    recoverAll();
    expect(describeTree(home)).toEqual(old);
    await restore(spec);
    expect(placed()).toEqual(restored);
  });

  it("when everything was in its place is finished: the old trees stay on record", async () => {
    expect(await killed({ killAtStep: -1 })).toBe("SIGKILL");
    expect(placed()).toMatchObject(restored);
    expect(leftovers().map(({ state }) => state)).toEqual(["done", "done", "done", "done"]);
    recoverAll();
    expect(placed()).toEqual(restored);
    expect(readdirSync(home).filter((name) => name.includes("staging"))).toEqual([]);
    expect(lastRecord(facts(), uid)).toBeDefined();
  });

  it("is not undone over what has come into being meanwhile, and nothing is lost", async () => {
    expect(await killed({ killAtStep: 4 })).toBe("SIGKILL");
    mkdirSync(join(home, ".openclaw"));
    expect(recoverAll).toThrow(/cannot be undone/);
    expect(describeTree(join(home, `.openclaw.before-ocbak-${stamp}`))).toMatchObject({ old: "0644 old" });
    rmSync(join(home, ".openclaw"), { recursive: true });
    recoverAll();
    expect(describeTree(home)).toEqual(old);
  });

  it("is unclear once its trees were moved by somebody, and then nothing is touched", async () => {
    expect(await killed({ killAtStep: 4 })).toBe("SIGKILL");
    renameSync(join(home, `.openclaw.before-ocbak-${stamp}`), join(home, "mine"));
    const before = describeTree(home);
    const [leftover] = leftovers();
    expect(leftover!.state).toBe("unclear");
    expect(() => recover(leftover!)).toThrow(TypeError);
    expect(describeTree(home)).toEqual(before);
  });
});

describe("a restore of single entries killed with -9", () => {
  const live = { ...old, ".openclaw/db": "0644 old", ".openclaw/db-wal": "0644 old log" };
  const wanted = {
    ".openclaw/db": "0600 new",
    ".openclaw/deep/er/new": "0600 new",
    ".openclaw/old": "0600 new",
  };

  beforeEach(() => {
    writeFileSync(join(home, ".openclaw/db"), "old");
    writeFileSync(join(home, ".openclaw/db-wal"), "old log");
    spec = {
      ...spec,
      roots: [{ ...spec.roots[0]!, stays: [], pieces: ["db", "deep/er/new", "old"] }],
      plain: [],
      sealed: ["db", "deep/er/new", "old"].map((path) => ({
        path: `state/${path}`,
        content: "new",
        mode: 0o600,
      })),
    };
  });

  it("at any step is undone by the next one, to the last byte", async () => {
    let steps = 0;
    for (let killAtStep = 0; ; killAtStep += 1) {
      const signal = await killed({ killAtStep });
      if (signal === null) break;
      steps += 1;
      recoverAll();
      expect(describeTree(home)).toEqual(live);
    }
    expect(steps).toBe(9);
    expect(placed()).toEqual({
      ...old,
      ".openclaw/deep": "0700 directory",
      ".openclaw/deep/er": "0700 directory",
      ...wanted,
    });
  });
});

describe("a staging directory", () => {
  it("of a process that runs is left to it", async () => {
    const seen: string[] = [];
    const each = (): void => void seen.push(...leftovers().map(({ state }) => state));
    await restore({ ...spec, each });
    expect(new Set(seen)).toEqual(new Set(["running"]));
  });

  it("of another host may be in use", async () => {
    expect(await killed({ killAt: 3 })).toBe("SIGKILL");
    const states = leftovers({ ...thisProcess, host: "elsewhere" }).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(["running"]));
  });

  it.each<[string, (path: string) => void]>([
    ["that others can enter", (path) => chmodSync(path, 0o755)],
    ["whose journal is not ours", (path) => writeFileSync(join(path, "journal.json"), '{"steps":[]}')],
    ["that is a file", (path) => (rmSync(path, { recursive: true }), writeFileSync(path, ""))],
  ])("%s is none of ours", async (_, change) => {
    expect(await killed({ killAtStep: 5 })).toBe("SIGKILL");
    const { path } = leftovers()[0]!;
    change(path);
    expect(inspectLeftover(path, { uid, processes: thisProcess }).state).toBe("foreign");
  });

  it("stays where a promotion failed and could not be taken back: people's own things are in it", async () => {
    const beforeStep = async (_: unknown, index: number): Promise<void> => {
      if (index !== 4) return;
      mkdirSync(join(home, ".openclaw"));
      throw new Error("the power of a test");
    };
    await expect(restore({ ...spec, beforeStep })).rejects.toThrow(/undoing it failed too/);
    const carried = Object.values(describeTree(home)).filter((what) => what === "0755 node");
    expect(carried).toHaveLength(1);
  });
});

describe("taking a restore back", () => {
  const options = { uid, processes: thisProcess, now: new Date("2026-09-23T10:00:00Z"), suffix: "beef" };
  const record = () => lastRecord(facts(), uid);

  it("puts back what was put aside, keeps what was restored, and leaves the program where it is used", async () => {
    const program = lstatSync(join(home, ".openclaw/tools/node")).ino;
    await restore(spec);
    expect(lstatSync(join(home, ".openclaw/tools/node")).ino).toBe(program);
    const last = record()!;
    await undoRestore(last, planUndoOf(last, options.now), options);
    expect(placed()).toMatchObject(old);
    expect(lstatSync(join(home, ".openclaw/tools/node")).ino).toBe(program);
    expect(describeTree(join(home, ".openclaw.undone-ocbak-20260923T100000Z"))).toEqual({
      lib: "0700 directory",
      new: "0600 new",
    });
    expect(readdirSync(home).filter((name) => /undo-|staging|before/.test(name))).toEqual([]);
    expect(record()).toBeUndefined();
  });

  it("goes back one restore at a time", async () => {
    await restore(spec);
    const now = new Date(restoreTime.getTime() + 1000);
    await restore({ ...spec, now, sealed: spec.sealed!.map(newer) });
    for (const content of ["new", "old"]) {
      const last = record()!;
      await undoRestore(last, planUndoOf(last, options.now), options);
      expect(describeTree(home)).toMatchObject({ "openclaw.json": `0644 ${content}` });
    }
    expect(record()).toBeUndefined();
  });

  it("that fails changes nothing, and that is killed is undone in its turn", async () => {
    await restore(spec);
    const before = describeTree(home);
    const last = record()!;
    for (let failAt = 0; failAt < 8; failAt += 1) {
      const beforeStep = async (_: unknown, index: number): Promise<void> => {
        if (index === failAt) throw new Error("the power of a test");
      };
      const undone = undoRestore(last, planUndoOf(last, options.now), { ...options, beforeStep });
      await expect(undone).rejects.toThrow("the power of a test");
      expect(describeTree(home)).toEqual(before);
    }
  });

  it("is no longer possible once the old trees are gone, and their record goes with them", async () => {
    await restore(spec);
    for (const name of readdirSync(home).filter((one) => one.includes(".before-ocbak-")))
      rmSync(join(home, name), { recursive: true });
    expect(record()).toBeUndefined();
    removeVoidRecords(
      facts().flatMap(({ undoRecords }) => undoRecords),
      uid,
    );
    expect(describeTree(home)).toEqual(restored);
  });
});
