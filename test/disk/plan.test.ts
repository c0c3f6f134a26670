import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";

import { CollisionFinder, collisionKey, probeNames } from "../../src/disk/collisions.ts";
import { inspectTargets, type DiskFacts, type TargetFacts } from "../../src/disk/inspect-target.ts";
import { leavesTrees } from "../../src/disk/outside-links.ts";
import {
  planPlacement,
  type Placement,
  type PlacementOptions,
  type RestoreRoot,
} from "../../src/disk/plan.ts";
import { assertPlaceable } from "../../src/disk/refusals.ts";
import type { PassedLink } from "../../src/disk/resolve-path.ts";
import { parseEntryPath } from "../../src/format/entry-path.ts";
import { restoreTime, scratchHome } from "../support/restore.ts";

const isRoot = process.getuid?.() === 0;
const safe = [
  { path: "/", uid: 0, gid: 0, mode: 0o755 },
  { path: "/home", uid: 0, gid: 0, mode: 0o755 },
  { path: "/home/a", uid: 1000, gid: 1000, mode: 0o755 },
];

function facts(target: string, changes: Partial<TargetFacts> = {}): TargetFacts {
  return {
    target,
    realTarget: target,
    exists: "no",
    linksTo: null,
    anchor: "/home/a",
    anchorIsDirectory: true,
    anchorWritable: true,
    closed: "no",
    missingParents: [],
    ancestors: safe,
    links: [],
    mounts: [],
    device: 1,
    freeBytes: 1000,
    asides: [],
    leftovers: [],
    undoRecords: [],
    staying: [],
    fixed: [],
    sidecars: [],
    pieces: [],
    ...changes,
  };
}

function root(id: string, target: string, bytes = 0): RestoreRoot {
  return { id, target, sourcePath: null, type: "directory", bytes };
}

function plan(
  roots: readonly RestoreRoot[],
  found: readonly TargetFacts[],
  options: Partial<PlacementOptions> = {},
): Placement {
  const disk: DiskFacts = { targets: new Map(found.map((one) => [one.target, one])), homes: ["/home/a"] };
  return planPlacement(roots, {
    facts: disk,
    existing: "refuse",
    owner: { uid: 1000, gid: 1000 },
    uid: 0,
    now: restoreTime,
    suffix: "r4nd",
    ...options,
  });
}

const state = "/home/a/.openclaw";

function ancestor(mode: number, uid: number, gid: number): Partial<TargetFacts> {
  return { ancestors: [{ path: "/s", uid, gid, mode }] };
}

function link(uid: number, directoryUid: number, mode: number): PassedLink {
  return { path: "/s/link", uid, directory: { path: "/s", uid: directoryUid, gid: 0, mode } };
}

describe("a placement", () => {
  it("stages a nested root inside the outer one, whatever their order", () => {
    const roots = [
      root("workspace.main", `${state}/workspace`),
      root("workspace.deep", `${state}/workspace/x/y`),
      root("state", state),
      root("workspace.other", "/home/a/.openclaw-other"),
    ];
    const {
      roots: placed,
      tops,
      refusals,
    } = plan(
      roots,
      roots.map(({ target }) => facts(target)),
    );
    expect(refusals).toEqual([]);
    expect(placed).toEqual([
      { id: "workspace.main", target: `${state}/workspace`, stagedIn: "state", below: "workspace" },
      { id: "workspace.deep", target: `${state}/workspace/x/y`, stagedIn: "state", below: "workspace/x/y" },
      { id: "state", target: state, stagedIn: "state", below: "" },
      { id: "workspace.other", target: "/home/a/.openclaw-other", stagedIn: "workspace.other", below: "" },
    ]);
    expect(tops.map((top) => [top.id, top.stagingDir, top.asideName])).toEqual([
      ["state", "/home/a/..openclaw.ocbak-staging-r4nd", null],
      ["workspace.other", "/home/a/..openclaw-other.ocbak-staging-r4nd", null],
    ]);
  });

  it("puts what is there aside under the time, never under a name that is taken", () => {
    const taken = [".openclaw.before-ocbak-20260922T145300Z"];
    const found = facts(state, { exists: "directory", asides: taken });
    const { tops, refusals } = plan([root("state", state)], [found], { existing: "put-aside" });
    expect(refusals).toEqual([]);
    expect(tops[0]!.asideName).toBe(`${state}.before-ocbak-20260922T145300Z-2`);
  });

  interface Case {
    readonly code: string;
    readonly roots?: readonly RestoreRoot[];
    readonly found?: Partial<TargetFacts>;
    readonly existing?: "put-aside";
  }
  const there = { existing: "put-aside", found: { exists: "directory" } } as const;
  const long = `/home/a/${"n".repeat(240)}`;
  const cases: Record<string, Case> = {
    "an existing target": { code: "target-exists", found: { exists: "directory" } },
    "an existing file": { code: "target-exists", found: { exists: "file" } },
    "a symbolic link": { ...there, code: "target-unfit", found: { exists: "symlink", linksTo: "/data" } },
    "a socket": { ...there, code: "target-unfit", found: { exists: "other" } },
    "a mount point": { ...there, code: "target-unfit", found: { exists: "directory", mounts: [state] } },
    "a mount point inside": { ...there, code: "target-unfit", found: { mounts: [`${state}/w`] } },
    "a name too long to put aside": { ...there, code: "target-unfit", roots: [root("state", long)] },
    "two roots for one target": { code: "collision", roots: [root("state", state), root("w", state)] },
    "a root inside a file": {
      code: "collision",
      roots: [{ ...root("config", state), type: "file" }, root("w", `${state}/w`)],
    },
    "the home itself": { ...there, code: "target-unfit", roots: [root("state", "/home/a")] },
    "what holds the home": { ...there, code: "target-unfit", roots: [root("state", "/home")] },
    "the file system's root": { ...there, code: "target-unfit", roots: [root("state", "/")] },
    "a link to the home": { code: "target-unfit", found: { realTarget: "/home/a" } },
    "too little space": { code: "no-space", roots: [root("state", state, 600), root("w", "/home/a/w", 600)] },
    "a file in the way": { code: "target-unfit", found: { anchorIsDirectory: false } },
    "a place one cannot write to": { code: "target-unfit", found: { anchorWritable: false } },
    "a tree that is closed": { ...there, code: "target-unfit", found: { closed: "altogether" } },
    "a tree that what stays cannot be taken out of": {
      ...there,
      code: "target-unfit",
      found: { exists: "directory", closed: "to-writing", staying: ["tools"] },
    },
    "what stays and cannot be moved": { ...there, code: "target-unfit", found: { fixed: ["tools"] } },
    "an ancestor that all may write": { code: "unsafe-ancestor", found: ancestor(0o777, 0, 0) },
    "an ancestor that a strange group may write": {
      code: "unsafe-ancestor",
      found: ancestor(0o775, 1000, 50),
    },
    "a user's link that leads to root's directory": {
      code: "unsafe-ancestor",
      found: { links: [link(1000, 1000, 0o755)], ancestors: [{ path: "/", uid: 0, gid: 0, mode: 0o755 }] },
    },
    "a link that all may exchange": { code: "unsafe-ancestor", found: { links: [link(0, 0, 0o777)] } },
    "an ancestor of a third user, as root": { code: "unsafe-ancestor", found: ancestor(0o1755, 1001, 0) },
  };
  it.each(Object.entries(cases))(
    "refuses %s",
    (_, { code, roots = [root("state", state)], found, existing }) => {
      const inspected = roots.map(({ target }) => facts(target, found));
      const placement = plan(roots, inspected, existing === undefined ? {} : { existing });
      expect(placement.refusals.map((refusal) => refusal.code)).toContain(code);
      expect(placement.refusals.every((refusal) => refusal.hint !== "")).toBe(true);
      const first = placement.refusals[0]!.code;
      expect(() => assertPlaceable(placement)).toThrow(expect.objectContaining({ code: first }));
    },
  );

  it.each<[string, Partial<TargetFacts>, Partial<PlacementOptions>]>([
    ["a sticky directory", { ancestors: [{ path: "/tmp", uid: 0, gid: 0, mode: 0o1777 }] }, {}],
    ["the owner's own group", { ancestors: [{ path: "/s", uid: 1000, gid: 1000, mode: 0o775 }] }, {}],
    [
      "a third user's directory, without root",
      { ancestors: [{ path: "/s", uid: 7, gid: 7, mode: 0o755 }] },
      { uid: 1000 },
    ],
    [
      "root's own link",
      { links: [link(0, 0, 0o755)], ancestors: [{ path: "/", uid: 0, gid: 0, mode: 0o755 }] },
      {},
    ],
    ["the owner's link to a directory of the owner's", { links: [link(1000, 1000, 0o755)] }, {}],
    ["just enough space", { freeBytes: 600 }, {}],
  ])("takes %s", (_, changes, options) => {
    expect(plan([root("state", state, 600)], [facts(state, changes)], options).refusals).toEqual([]);
  });
});

describe("looking at the disk", () => {
  let home: string;
  beforeEach(() => {
    const scratch = scratchHome();
    home = scratch.home;
    return scratch.remove;
  });

  it("tells what is at a target, which parents are missing and what earlier runs left", () => {
    mkdirSync(join(home, ".openclaw"));
    mkdirSync(join(home, ".openclaw.before-ocbak-20250101T000000Z"));
    mkdirSync(join(home, "..openclaw.ocbak-staging-dead"));
    writeFileSync(join(home, "file"), "");
    symlinkSync(".openclaw", join(home, "link"));
    const look = (name: string): TargetFacts =>
      inspectTargets([{ target: join(home, name) }], null).targets.get(join(home, name))!;
    expect(look(".openclaw")).toMatchObject({
      exists: "directory",
      anchor: home,
      missingParents: [],
      asides: [".openclaw.before-ocbak-20250101T000000Z"],
      leftovers: [join(home, "..openclaw.ocbak-staging-dead")],
    });
    expect(look("file")).toMatchObject({ exists: "file" });
    expect(look("link")).toMatchObject({ exists: "symlink", linksTo: join(home, ".openclaw") });
    expect(look("a/b/c")).toMatchObject({
      exists: "no",
      anchor: home,
      missingParents: [join(home, "a"), join(home, "a/b")],
    });
    expect(look("link/x/y").realTarget).toBe(join(home, ".openclaw/x/y"));
    symlinkSync("circle", join(home, "circle"));
    expect(() => look("circle/x")).toThrow(expect.objectContaining({ code: "target-unfit" }));
    symlinkSync("nowhere", join(home, "dangling"));
    expect(look("dangling/x")).toMatchObject({ realTarget: join(home, "nowhere/x"), anchor: home });
    symlinkSync(join(home, "file"), join(home, "absolute"));
    expect(look("absolute/x")).toMatchObject({ anchor: join(home, "file"), anchorIsDirectory: false });
    expect(look("dangling")).toMatchObject({ exists: "symlink" });
    expect(look("file/x")).toMatchObject({ anchorIsDirectory: false });
  });

  it("sees mount points", () => {
    const { targets } = inspectTargets([{ target: "/proc" }], null);
    expect(targets.get("/proc")!.mounts).toContain("/proc");
  });

  it.runIf(isRoot)("reports the modes and owners of all ancestors", () => {
    chmodSync(home, 0o775);
    chownSync(home, 1000, 50);
    const { ancestors } = inspectTargets([{ target: join(home, "x") }], null).targets.get(join(home, "x"))!;
    expect(ancestors[0]!.path).toBe("/");
    expect(ancestors.at(-1)).toEqual({ path: home, uid: 1000, gid: 50, mode: 0o775 });
  });

  it("leaves nothing behind when it asks which names fall together", () => {
    expect(probeNames(home)).toEqual({ foldsCase: false, foldsUnicode: false });
    expect(inspectTargets([{ target: join(home, "x") }], home).homes).toEqual([home, home]);
  });
});

function path(text: string, encoding: BufferEncoding = "utf8"): ReturnType<typeof parseEntryPath> {
  return parseEntryPath(Buffer.from(text, encoding));
}

describe("names that fall together", () => {
  it.each([
    ["case", "state/README", "state/readme"],
    ["composed and decomposed", "state/\u00e9", "state/e\u0301"],
    ["sharp s", "state/stra\u00dfe", "state/STRASSE"],
    ["a directory above", "state/A/x", "state/a/x"],
  ])("are found: %s", (_, one, other) => {
    const finder = new CollisionFinder();
    expect(finder.add(path(one))).toBeUndefined();
    expect(finder.add(path("state/else"))).toBeUndefined();
    expect(finder.add(path(other))).toBe(path(one));
  });

  it("are not those that only look alike, nor one path told twice", () => {
    const finder = new CollisionFinder();
    for (const text of ["state/a", "state/b", "state/\u00e9x", "state/a"])
      expect(finder.add(path(text))).toBeUndefined();
    expect(collisionKey(path("state/\xff", "latin1"))).not.toBe(collisionKey(path("state/\xfe", "latin1")));
    expect(collisionKey(path("state/A\xff", "latin1"))).toBe(collisionKey(path("state/a\xff", "latin1")));
  });
});

describe("a symbolic link leads out of the restored trees", () => {
  const trees = ["/h/.openclaw", "/h/ws"];
  it.each([
    ["/h/.openclaw/a/l", "../b", false],
    ["/h/.openclaw/a/l", "b/c", false],
    ["/h/.openclaw/a/l", "../../ws/x", false],
    ["/h/.openclaw/l", ".", false],
    ["/h/.openclaw/l", "/h/.openclaw/x", false],
    ["/h/.openclaw/l", "/h/.openclaw/", false],
    ["/h/.openclaw/l", "..", true],
    ["/h/.openclaw/l", "../.openclaw-other", true],
    ["/h/.openclaw/l", "/etc/passwd", true],
    ["/h/.openclaw/l", "/h/.openclaw/../x", true],
    ["/h/.openclaw/l", "a/../b", true],
    ["/h/.openclaw/l", "../../../../../h/.openclaw/x", false],
  ])("%s -> %s: %s", (link, target, expected) => {
    expect(leavesTrees(link, target, trees)).toBe(expected);
  });
});
