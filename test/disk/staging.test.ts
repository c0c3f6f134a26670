import { execFileSync, spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";

import { flushTrees } from "../../src/disk/flush.ts";
import { Pins } from "../../src/disk/pins.ts";
import { StagingWriter } from "../../src/disk/staging-writer.ts";
import { openExtraction } from "../../src/disk/staging.ts";
import {
  describeTree,
  lineOf,
  nanoseconds,
  restore,
  write,
  type Entry,
  scratchHome,
} from "../support/restore.ts";

const isRoot = process.getuid?.() === 0;
let home: string;
let state: string;

beforeEach(() => {
  const scratch = scratchHome();
  home = scratch.home;
  state = join(home, ".openclaw");
  return scratch.remove;
});

const stateDir: Entry = { path: "state", directory: true, mode: 0o700 };

async function restoreState(
  sealed: readonly Entry[],
  options: Partial<Parameters<typeof restore>[0]> = {},
): ReturnType<typeof restore> {
  const roots = [{ id: "state", sourcePath: null, target: state, type: "directory" as const }];
  return restore({ roots, home, sealed, ...options });
}

describe("a staged tree", () => {
  it("holds directories, files, links and their modes as the entries say", async () => {
    const { summary } = await restoreState([
      { ...stateDir, mode: 0o750 },
      { path: "state/closed", directory: true, mode: 0o500 },
      { path: "state/closed/inner", directory: true, mode: 0o550 },
      { path: "state/closed/run.sh", content: "#!/bin/sh\n", mode: 0o755 },
      { path: "state/empty", mode: 0o400 },
      { path: "state/large", content: "0123456789".repeat(30_000), mode: 0o644 },
      { path: "state/link", target: "closed/run.sh" },
      { path: "state/dangling", target: "not/there" },
    ]);
    const tree = describeTree(state);
    expect(tree).toMatchObject({
      closed: "0500 directory",
      "closed/inner": "0550 directory",
      "closed/run.sh": "0755 #!/bin/sh\n",
      empty: "0400 ",
      large: `0644 ${"0123456789".repeat(30_000)}`,
      link: "-> closed/run.sh",
      dangling: "-> not/there",
    });
    expect(lstatSync(state).mode & 0o7777).toBe(0o750);
    expect(summary).toMatchObject({ entries: 8, bytes: 300_010, outsideLinks: [], missingLinks: [] });
    expect(readdirSync(home)).toEqual([".openclaw"]);
  });

  it("takes both sections, parents before or after what is in them", async () => {
    const roots = [
      { id: "state", sourcePath: null, target: state, type: "directory" as const },
      {
        id: "workspace.main",
        sourcePath: null,
        target: join(state, "deep/workspace"),
        type: "directory" as const,
      },
    ];
    await restore({
      roots,
      home,
      plain: [
        { path: "workspace.main/notes/a.md", content: "a" },
        { path: "workspace.main/notes", directory: true, mode: 0o770, mtime: "1000000000" },
      ],
      sealed: [
        { path: "workspace.main/notes/.env", content: "KEY" },
        { path: "workspace.main", directory: true, mode: 0o755 },
        { path: "state/openclaw.json", content: "{}", mode: 0o644 },
        { path: "state", directory: true, mode: 0o755, mtime: "2000000000" },
        { path: "state/undescribed/x", content: "x" },
      ],
      privateRoots: ["state"],
    });
    expect(describeTree(state)).toEqual({
      deep: "0700 directory",
      "deep/workspace": "0755 directory",
      "deep/workspace/notes": "0770 directory",
      "deep/workspace/notes/.env": "0644 KEY",
      "deep/workspace/notes/a.md": "0644 a",
      "openclaw.json": "0600 {}",
      undescribed: "0700 directory",
      "undescribed/x": "0600 x",
    });
    expect(nanoseconds(state)).toBe(2_000_000_000n);
    expect(nanoseconds(state, "deep/workspace/notes")).toBe(1_000_000_000n);
  });

  it("takes a root that is a single file", async () => {
    const target = join(home, "etc/openclaw.json");
    const roots = [{ id: "config", sourcePath: null, target, type: "file" as const }];
    await restore({
      roots,
      home,
      sealed: [{ path: "config", content: "{}", mode: 0o640 }],
      privateRoots: ["config"],
    });
    expect(describeTree(home)).toEqual({ etc: "0755 directory", "etc/openclaw.json": "0600 {}" });
  });

  it("gives group and others nothing in private roots, and keeps the owner's x bit", async () => {
    const entries: Entry[] = [
      { path: "state", directory: true, mode: 0o755 },
      { path: "state/hooks", directory: true, mode: 0o777 },
      { path: "state/hooks/a.sh", content: "a", mode: 0o755 },
      { path: "state/key", content: "k", mode: 0o664 },
    ];
    await restoreState(entries, { privateRoots: ["state"] });
    expect(describeTree(home)).toEqual({
      ".openclaw": "0700 directory",
      ".openclaw/hooks": "0700 directory",
      ".openclaw/hooks/a.sh": "0700 a",
      ".openclaw/key": "0600 k",
    });
  });

  it("never has setuid, setgid or sticky bits", async () => {
    await restoreState([
      stateDir,
      { path: "state/su", content: "s", mode: 0o6755 },
      { path: "state/d", directory: true, mode: 0o1777 },
    ]);
    expect(describeTree(state)).toEqual({ su: "0755 s", d: "0777 directory" });
  });

  it("keeps names that are no UTF-8, control characters and names of 255 bytes", async () => {
    const long = "n".repeat(255);
    const names = ["\xff\xfe", "caf\xc3\xa9", "caf\xe9", "new\nline", "\x1b[31mred", long];
    const deep = `${long}/`.repeat(14) + long;
    const entries = names.map((name): Entry => ({ path: `state/${name}`, content: name }));
    await restoreState(
      [
        stateDir,
        ...entries,
        { path: `state/${deep}`, content: "deep" },
        { path: "state/l", target: "caf\xe9" },
      ].filter(({ path }) => path !== `state/${long}`),
    );
    const tree = describeTree(state);
    for (const name of names.filter((name) => name !== long)) expect(tree[name]).toBe(`0644 ${name}`);
    expect(tree["l"]).toBe("-> caf\xe9");
    expect(tree[deep]).toBe("0644 deep");
  });

  it("has holes again where a sparse file had long runs of zeros, and only there", async () => {
    const mebibyte = 1024 * 1024;
    const sparse = `${"\0".repeat(10_000)}head${"\0".repeat(4 * mebibyte)}middle${"\0".repeat(mebibyte)}`;
    await restoreState([
      stateDir,
      { path: "state/sparse", content: sparse, sparse: true },
      { path: "state/dense", content: sparse },
      { path: "state/zeros", content: "\0".repeat(mebibyte), sparse: true },
    ]);
    const tree = describeTree(state);
    expect(tree["sparse"]).toBe(`0644 ${sparse}`);
    expect(tree["dense"]).toBe(`0644 ${sparse}`);
    expect(tree["zeros"]).toBe(`0644 ${"\0".repeat(mebibyte)}`);
    expect(lstatSync(join(state, "sparse")).blocks * 512).toBeLessThan(300_000);
    expect(lstatSync(join(state, "zeros")).blocks).toBe(0);
    expect(lstatSync(join(state, "dense")).blocks * 512).toBeGreaterThan(5 * mebibyte);
  });

  it.runIf(isRoot)("belongs to the owner through and through, links and made parents too", async () => {
    state = join(home, "made/parents/.openclaw");
    await restoreState(
      [
        stateDir,
        { path: "state/d", directory: true },
        { path: "state/d/implicit/f", content: "f" },
        { path: "state/l", target: "d" },
        { path: "state/h", link: "state/d/implicit/f" },
      ],
      { owner: { uid: 12_345, gid: 54_321 } },
    );
    const owners = execFileSync("find", [home, "-mindepth", "1", "-printf", "%U:%G\n"], { encoding: "utf8" });
    expect(owners.trimEnd().split("\n")).toEqual(Array(8).fill("12345:54321"));
  });
});

function inode(...path: string[]): number {
  return lstatSync(join(...path)).ino;
}

describe("links", () => {
  it("share an inode with the file they name, in the strictest mode", async () => {
    const roots = [
      { id: "state", sourcePath: null, target: state, type: "directory" as const },
      { id: "workspace.main", sourcePath: null, target: join(home, "ws"), type: "directory" as const },
    ];
    const sealed: Entry[] = [
      stateDir,
      { path: "state/a", content: "same" },
      { path: "state/b", link: "state/a" },
      { path: "workspace.main", directory: true },
      { path: "workspace.main/c", content: "shared", mode: 0o664 },
      { path: "workspace.main/d", link: "workspace.main/c", mode: 0o640 },
    ];
    await restore({ roots, home, sealed });
    expect(inode(state, "a")).toBe(inode(state, "b"));
    expect(inode(home, "ws", "c")).toBe(inode(home, "ws", "d"));
    expect(describeTree(join(home, "ws"))).toEqual({ c: "0640 shared", d: "0640 shared" });
    expect(nanoseconds(state, "b")).toBe(nanoseconds(state, "a"));
  });

  it("to a file that this run did not write are reported, not made", async () => {
    const { summary } = await restoreState([
      stateDir,
      { path: "state/l", target: "x" },
      { path: "state/b", link: "state/a" },
      { path: "state/c", link: "state/l" },
      { path: "state/d", link: "state" },
    ]);
    expect(summary.missingLinks).toEqual(["state/b", "state/c", "state/d"]);
    expect(describeTree(state)).toEqual({ l: "-> x" });
  });

  const escaping: Entry[] = [
    stateDir,
    { path: "state/l", target: "/etc/passwd" },
    { path: "state/m", target: "a/../../x" },
    { path: "state/n", target: "a" },
  ];

  it("that lead out of the restored trees are refused", async () => {
    await expect(restoreState(escaping)).rejects.toMatchObject({ code: "unsafe-link" });
    expect(readdirSync(home)).toEqual([]);
  });

  it("that lead out are left out or made where that is asked, and listed either way", async () => {
    const outsideLinks = [
      { path: "state/l", target: "/etc/passwd" },
      { path: "state/m", target: "a/../../x" },
    ];
    const skipped = await restoreState(escaping, { outsideLinks: "skip" });
    expect(describeTree(state)).toEqual({ n: "-> a" });
    expect(skipped.summary.outsideLinks).toEqual(outsideLinks);
    state = join(home, "other");
    const kept = await restoreState(escaping, { outsideLinks: "keep" });
    expect(describeTree(state)).toEqual({ l: "-> /etc/passwd", m: "-> a/../../x", n: "-> a" });
    expect(kept.summary.outsideLinks).toEqual(outsideLinks);
  });
});

describe("entries that no honest archive holds", () => {
  const outside = { path: "state/l", target: "../victim" };
  it.each<[string, readonly Entry[]]>([
    ["an entry below a symbolic link", [stateDir, outside, { path: "state/l/x", content: "x" }]],
    ["an entry below a link that comes later", [stateDir, { path: "state/l/x", content: "x" }, outside]],
    ["a file twice", [stateDir, { path: "state/a", content: "1" }, { path: "state/a", content: "2" }]],
    [
      "an entry below a file",
      [stateDir, { path: "state/a", content: "1" }, { path: "state/a/b", content: "2" }],
    ],
    [
      "a file where a directory is",
      [stateDir, { path: "state/a", directory: true }, { path: "state/a", content: "2" }],
    ],
    [
      "a directory where a file is",
      [stateDir, { path: "state/a", content: "1" }, { path: "state/a", directory: true }],
    ],
    [
      "a hard link over a file",
      [
        stateDir,
        { path: "state/a", content: "1" },
        { path: "state/b", content: "2" },
        { path: "state/b", link: "state/a" },
      ],
    ],
  ])("leave nothing behind: %s", async (_, sealed) => {
    mkdirSync(join(home, "victim"));
    await expect(restoreState(sealed, { outsideLinks: "keep" })).rejects.toMatchObject({ name: "DiskError" });
    expect(describeTree(home)).toEqual({ victim: "0755 directory" });
  });
});

describe("the staging directory", () => {
  it("is 0700, and writing goes on in it after its path was exchanged for a link", async () => {
    const victim = join(home, "victim");
    mkdirSync(victim);
    const entries = [
      stateDir,
      ...Array.from({ length: 20 }, (_, i): Entry => ({ path: `state/f${i}`, content: "x" })),
    ];
    const attack = (count: number): void => {
      if (count !== 7) return;
      const staging = readdirSync(home).find((name) => name.includes(".ocbak-staging-"));
      expect(lstatSync(join(home, staging!)).mode & 0o777).toBe(0o700);
      renameSync(join(home, staging!), join(home, "moved"));
      symlinkSync(victim, join(home, staging!));
    };
    // the promotion works through the open directory, so even that succeeds
    await restoreState(entries, { each: attack });
    expect(readdirSync(victim)).toEqual([]);
    expect(readdirSync(state)).toHaveLength(20);
    expect(lstatSync(join(home, "..openclaw.ocbak-staging-0123abcd")).isSymbolicLink()).toBe(true);
  });

  it("is not followed where a link waits under its name", async () => {
    mkdirSync(join(home, "victim"));
    symlinkSync("victim", join(home, "..openclaw.ocbak-staging-0123abcd"));
    await expect(restoreState([stateDir])).rejects.toMatchObject({ code: "collision" });
    expect(readdirSync(join(home, "victim"))).toEqual([]);
  });

  it("refuses a directory whose real path is another one", () => {
    mkdirSync(join(home, "real"));
    symlinkSync("real", join(home, "link"));
    mkdirSync(join(home, "real/sub"));
    using pins = new Pins();
    expect(() => pins.pin(join(home, "link/sub"))).toThrow(
      expect.objectContaining({ code: "unsafe-ancestor" }),
    );
    expect(() => pins.pin(join(home, "link"))).toThrow(expect.objectContaining({ name: "DiskError" }));
  });

  it.each([
    ["by the program", undefined],
    ["file by file", []],
  ])("is flushed %s", async (_, programs) => {
    await restoreState([
      stateDir,
      { path: "state/a", content: "a" },
      { path: "state/d", directory: true },
      { path: "state/l", target: "a" },
    ]);
    using pins = new Pins();
    await expect(flushTrees([state, pins.pin(state).base], programs)).resolves.toBeUndefined();
    await expect(flushTrees([join(home, "none")], programs)).rejects.toThrow(
      expect.objectContaining({ name: "DiskError", code: "io" }),
    );
  });
});

async function extract(directory: string, entries: readonly Entry[]): Promise<void> {
  using pins = new Pins();
  using writer = new StagingWriter({
    place: openExtraction(directory, pins),
    trees: [directory],
    outsideLinks: "skip",
  });
  write(writer, entries);
  const torn = lineOf({ path: "state/torn", content: "whole" });
  writer.begin(torn);
  writer.content(Buffer.from("wh"));
  writer.discard();
  await writer.finish(() => flushTrees([directory]));
}

function mountSmall(place: string): boolean {
  mkdirSync(place);
  return isRoot && spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", place]).status === 0;
}

describe("a full disk", () => {
  it("ends the restore and leaves nothing behind", async ({ skip }) => {
    const small = join(home, "small");
    if (!mountSmall(small)) skip("no right to mount a small file system");
    try {
      state = join(small, ".openclaw");
      const sealed = [stateDir, { path: "state/large", content: "x".repeat(3_000_000) }];
      await expect(restoreState(sealed, { home: small })).rejects.toMatchObject({ code: "no-space" });
      expect(readdirSync(small)).toEqual([]);
    } finally {
      spawnSync("umount", [small]);
    }
  });
});

describe("an extraction", () => {
  it("puts every entry at its path below a fresh directory, and nothing of what was discarded", async () => {
    mkdirSync(join(home, "empty"));
    for (const out of [join(home, "out"), join(home, "empty")]) {
      await extract(out, [
        { path: "state/a/b", content: "b" },
        { path: "workspace.main/c", content: "c" },
        { path: "state/up", target: "../workspace.main/c" },
        { path: "state/out", target: "../../x" },
      ]);
      expect(describeTree(out)).toEqual({
        state: "0700 directory",
        "state/a": "0700 directory",
        "state/a/b": "0644 b",
        "state/up": "-> ../workspace.main/c",
        "workspace.main": "0700 directory",
        "workspace.main/c": "0644 c",
      });
    }
  });

  it("refuses a place that is not fresh", async () => {
    mkdirSync(join(home, "full/of"), { recursive: true });
    writeFileSync(join(home, "file"), "");
    symlinkSync("nowhere", join(home, "link"));
    for (const name of ["full", "file", "link"]) {
      await expect(extract(join(home, name), [])).rejects.toMatchObject({ code: "target-exists" });
    }
    await expect(extract(join(home, "no/parent"), [])).rejects.toMatchObject({ code: "target-unfit" });
  });
});
