import { execFile } from "node:child_process";
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";

import { promotionSteps } from "../../src/disk/promote.ts";
import type { ChildSpec } from "../support/restore-child.ts";
import { describeTree, restore, type Entry, type RestoreSpec, scratchHome } from "../support/restore.ts";

const isRoot = process.getuid?.() === 0;
const child = fileURLToPath(new URL("../support/restore-child.ts", import.meta.url));
let home: string;
let spec: RestoreSpec;

const before = {
  ".openclaw": "0755 directory",
  ".openclaw/old": "0644 old",
  ws: "0755 directory",
  "ws/old": "0644 old",
};
const after = {
  ".openclaw": "0700 directory",
  ".openclaw/new": "0644 new",
  ws: "0755 directory",
  "ws/new.md": "0644 new",
};

function makeOld(): void {
  for (const name of [".openclaw", "ws"]) {
    mkdirSync(join(home, name));
    writeFileSync(join(home, name, "old"), "old");
    chmodSync(join(home, name), 0o755);
    chmodSync(join(home, name, "old"), 0o644);
  }
}

beforeEach(() => {
  const scratch = scratchHome();
  home = scratch.home;
  spec = {
    roots: [
      { id: "state", sourcePath: null, target: join(home, ".openclaw"), type: "directory" },
      { id: "workspace.main", sourcePath: null, target: join(home, "ws"), type: "directory" },
    ],
    home,
    plain: [
      { path: "workspace.main", directory: true },
      { path: "workspace.main/new.md", content: "new" },
    ] satisfies Entry[],
    sealed: [
      { path: "state", directory: true, mode: 0o700 },
      { path: "state/new", content: "new" },
    ] satisfies Entry[],
  };
  return scratch.remove;
});

interface Outcome {
  readonly signal: string | null;
  readonly code?: string;
  readonly targets?: unknown;
}

/** Runs the restore in a process of its own. */
function run(changes: Partial<ChildSpec>): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [child, JSON.stringify({ ...spec, ...changes })], (error, stdout, stderr) => {
      if (stdout === "" && !error?.signal) throw new Error(stderr);
      resolve({ signal: error?.signal ?? null, ...(stdout === "" ? {} : (JSON.parse(stdout) as object)) });
    });
  });
}

describe("a promotion", () => {
  it("puts all trees in their places and reports them", async () => {
    const { targets } = await restore(spec);
    expect(targets).toEqual([
      { root: "state", path: join(home, ".openclaw") },
      { root: "workspace.main", path: join(home, "ws") },
    ]);
    expect(describeTree(home)).toEqual(after);
  });

  it("refuses what is there and changes nothing", async () => {
    makeOld();
    await expect(restore(spec)).rejects.toMatchObject({ code: "target-exists" });
    expect(describeTree(home)).toEqual(before);
  });

  it("puts what is there aside where that is asked, twice at one time too", async () => {
    makeOld();
    const aside = join(home, ".openclaw.before-ocbak-20260922T145300Z");
    const { targets } = await restore({ ...spec, existing: "put-aside" });
    expect(targets[0]).toEqual({ root: "state", path: join(home, ".openclaw"), replaced: aside });
    expect(describeTree(home)).toMatchObject(after);
    expect(describeTree(aside)).toEqual({ old: "0644 old" });
    await restore({ ...spec, existing: "put-aside" });
    expect(describeTree(aside)).toEqual({ old: "0644 old" });
    expect(describeTree(`${aside}-2`)).toEqual({ new: "0644 new" });
    const records = readdirSync(home).filter((name) => name.includes(".ocbak-undo-"));
    expect([records.length, readdirSync(home).length]).toEqual([4, 10]);
  });

  it("replaces a single file in the same way", async () => {
    const target = join(home, "openclaw.json");
    writeFileSync(target, "old");
    const config = {
      roots: [{ id: "config", sourcePath: null, target, type: "file" as const }],
      home,
      sealed: [{ path: "config", content: "new" }],
    };
    await expect(restore(config)).rejects.toMatchObject({ code: "target-exists" });
    await restore({ ...config, existing: "put-aside" });
    expect(describeTree(home)).toMatchObject({
      "openclaw.json": "0644 new",
      "openclaw.json.before-ocbak-20260922T145300Z": "0644 old",
    });
  });

  it("is a list of renames that can be read before it is done", () => {
    const top = {
      id: "state",
      target: "/h/a/b/s",
      realTarget: "/h/a/b/s",
      anchor: "/h",
      missingParents: ["/h/a", "/h/a/b"],
      stagingDir: "/h/.s",
      asideName: null,
      carried: [],
      replacesTree: false,
      sidecars: [],
    };
    const steps = promotionSteps([
      top,
      {
        ...top,
        id: "w",
        realTarget: "/h/a/b/w",
        stagingDir: "/h/.w",
        asideName: "/h/a/b/w.before",
        replacesTree: true,
      },
    ]);
    expect(steps).toEqual([
      { kind: "make-directory", path: "/h/a", mode: 0o755 },
      { kind: "make-directory", path: "/h/a/b", mode: 0o755 },
      { kind: "place", from: "/h/.s/tree", to: "/h/a/b/s" },
      { kind: "put-aside", from: "/h/a/b/w", to: "/h/a/b/w.before" },
      { kind: "place", from: "/h/.w/tree", to: "/h/a/b/w" },
    ]);
  });

  it("that fails at any step is undone, made parents and all", async () => {
    makeOld();
    const roots = [
      ...spec.roots,
      { id: "config", sourcePath: null, target: join(home, "x/y/conf"), type: "file" as const },
    ];
    const sealed = [...spec.sealed!, { path: "config", content: "c" }];
    for (let failAt = 0; failAt < 7; failAt += 1) {
      const beforeStep = async (_: unknown, index: number): Promise<void> => {
        if (index === failAt) throw new Error("the power of a test");
      };
      await expect(restore({ ...spec, roots, sealed, existing: "put-aside", beforeStep })).rejects.toThrow(
        "the power of a test",
      );
      expect(describeTree(home)).toEqual(before);
    }
    await restore({ ...spec, roots, sealed, existing: "put-aside" });
    expect(describeTree(home)).toMatchObject({ ...after, "x/y/conf": "0644 c" });
  });

  it.each<[string, () => void]>([
    ["a directory", () => mkdirSync(join(home, "ws"))],
    ["a file", () => writeFileSync(join(home, "ws"), "theirs")],
    ["a link", () => symlinkSync("elsewhere", join(home, "ws"))],
  ])("never overwrites what came into being meanwhile: %s", async (_, make) => {
    const beforeStep = async (_: unknown, index: number): Promise<void> => {
      if (index === 1) make();
    };
    await expect(restore({ ...spec, beforeStep })).rejects.toMatchObject({ code: "target-exists" });
    expect(readdirSync(home)).toEqual(["ws"]);
  });

  it("leaves a made parent that somebody else put something into", async () => {
    const roots = spec.roots.map((root) =>
      root.id === "state" ? { ...root, target: join(home, "made/.openclaw") } : root,
    );
    const beforeStep = async (_: unknown, index: number): Promise<void> => {
      if (index === 1) writeFileSync(join(home, "made/theirs"), "");
      if (index === 2) throw new Error("the power of a test");
    };
    await expect(restore({ ...spec, roots, beforeStep })).rejects.toThrow("the power of a test");
    expect(readdirSync(home)).toEqual(["made"]);
    expect(readdirSync(join(home, "made"))).toEqual(["theirs"]);
  });
});

describe.runIf(isRoot)("an ordinary user", () => {
  const asUser = 65_534;
  beforeEach(() => {
    spec = { ...spec, owner: { uid: asUser, gid: asUser } };
    chownSync(home, asUser, asUser);
  });

  it("restores for itself, unreadable and closed things too", async () => {
    const sealed: Entry[] = [
      ...spec.sealed!,
      { path: "state", directory: true, mode: 0o500 },
      { path: "state/closed", directory: true, mode: 0o000 },
      { path: "state/closed/in", content: "in" },
      { path: "state/unreadable", content: "u", mode: 0o200 },
      { path: "state/link", target: "unreadable" },
      { path: "state/same", link: "state/new" },
    ];
    expect(await run({ asUser, sealed })).toMatchObject({
      signal: null,
      targets: [{ root: "state" }, { root: "workspace.main" }],
    });
    expect(describeTree(home)).toMatchObject({
      ".openclaw": "0700 directory",
      ".openclaw/closed": "0000 directory",
      ".openclaw/closed/in": "0644 in",
      ".openclaw/unreadable": "0200 u",
      ".openclaw/link": "-> unreadable",
      ".openclaw/same": "0644 new",
    });
    expect(lstatSync(join(home, ".openclaw/link")).uid).toBe(asUser);
  });

  it("cleans up closed directories after a failure", async () => {
    const sealed: Entry[] = [
      ...spec.sealed!,
      { path: "state/closed", directory: true, mode: 0o000 },
      { path: "state/closed/in", content: "in" },
      { path: "state/link", target: "a" },
      { path: "state/link", target: "twice" },
    ];
    expect(await run({ asUser, sealed })).toMatchObject({ code: "collision" });
    expect(readdirSync(home)).toEqual([]);
  });

  it("is refused where it may not write", async () => {
    chownSync(home, 0, 0);
    expect(await run({ asUser })).toMatchObject({ code: "target-unfit" });
    expect(readdirSync(home)).toEqual([]);
  });

  it("is refused below a directory that everybody may write to", async () => {
    chmodSync(home, 0o777);
    expect(await run({ asUser })).toMatchObject({ code: "unsafe-ancestor" });
    expect(readdirSync(home)).toEqual([]);
  });
});
