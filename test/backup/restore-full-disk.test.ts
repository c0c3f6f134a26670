import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { FailureJson } from "../../src/cli/failure.ts";
import { noise } from "../support/installation.ts";
import { mountBoastfulDisk, mountSmallDisk } from "../support/small-disk.ts";
import { plant, type Tree } from "../support/tree.ts";
import { type Described, walkTree } from "../support/walk.ts";
import { makeWorld, type Ran, type World } from "../support/world.ts";

const source: Tree = {
  ".openclaw/openclaw.json": "{ agents: { list: [{ id: 'bob', workspace: '~/projects/of/bob' }] } }",
  ".openclaw/credentials/a.json": "a",
  ".openclaw/credentials/b.json": "b",
  "projects/of/bob/MEMORY.md": "memory",
};
const there: Tree = {
  ".openclaw/openclaw.json": "{ mine: 1 }",
  ".openclaw/credentials/a.json": "mine",
  ".openclaw/tools/node": "the program",
};

let world: World;
let archive: string;

beforeEach(async () => {
  world = await makeWorld();
  plant(world.home, source);
  archive = join(world.archives, "a.ocbak");
  await world.ocbak(["create", "--quiet", "-o", archive]);
});

/** What a disk can have none of any more. */
interface Resource {
  readonly options: readonly string[];
  readonly fill: (disk: string, left: number) => void;
}

const pages: Resource = {
  options: [],
  fill(disk, left) {
    rmSync(join(disk, "ballast"), { force: true });
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, "ballast"), Buffer.alloc((bavail - left) * bsize));
  },
};
const inodes: Resource = {
  options: ["nr_inodes=100"],
  fill(disk, left) {
    rmSync(join(disk, "ballast"), { recursive: true, force: true });
    mkdirSync(join(disk, "ballast"));
    const count = statfsSync(disk).ffree - left;
    for (let n = 0; n < count; n += 1) writeFileSync(join(disk, "ballast", String(n)), "");
  },
};

/**
 * Does the same again and again on a disk with ever more left of one resource, from nothing on, until it succeeds. Until then the
 * disk must be as before, the exit status 26, and the reason that there is no room. Returns what it was refused at.
 */
async function withEverMore(
  resource: Resource,
  disk: string,
  attempt: () => Promise<Ran>,
): Promise<string[]> {
  const home = join(disk, "home");
  const before = walkTree(home);
  const messages = new Set<string>();
  for (let left = 0; left < 80; left += 1) {
    resource.fill(disk, left);
    const { status, err } = await attempt();
    if (status === 0) return [...messages];
    const { error } = JSON.parse(err) as FailureJson;
    expect([left, status, error.code, error.hint]).toEqual([left, 26, "no-space", expect.any(String)]);
    expect(withoutTimesOfFolders(walkTree(home))).toEqual(withoutTimesOfFolders(before));
    messages.add(error.message);
  }
  throw new Error("no room was ever enough");
}

/** Something was made in them and removed again. */
function withoutTimesOfFolders(tree: Described): Described {
  return Object.fromEntries(
    Object.entries(tree).map(([path, facts]) => [path, facts.replace(/^(directory \d+) \d+$/, "$1")]),
  );
}

const making = /^making .*ocbak-staging.* failed/;
const marking = /^writing to .*ocbak-staging/;
const staging = /^writing state\//;
const journal = /^writing the journal/;
/** The one above it was made, and is taken back. */
const parents = /^making .*home\/projects\/of failed/;
const moving = /^moving .* to .*credentials/;

describe("a disk that becomes full at any moment of a restore leaves everything as it was, and nothing behind", () => {
  interface Case {
    readonly name: string;
    readonly resource: Resource;
    readonly only: readonly string[];
    readonly stages: readonly RegExp[];
  }
  it.for<Case>([
    { name: "of its pages", resource: pages, only: [], stages: [marking, staging, journal] },
    {
      name: "of its inodes",
      resource: inodes,
      only: [],
      stages: [making, marking, staging, journal, parents],
    },
    {
      name: "of its inodes, entry by entry",
      resource: inodes,
      only: ["--only", "state/credentials/*.json"],
      stages: [making, marking, staging, journal, moving],
    },
  ])("$name", async ({ resource, only, stages }, context) => {
    const disk = mountSmallDisk(context, "1m", resource.options);
    plant(join(disk, "home"), there);
    const restore = ["restore", "--json", "--replace", "--home", join(disk, "home"), ...only, archive];
    const messages = await withEverMore(resource, disk, () => world.ocbak(restore));
    for (const stage of stages) expect(messages).toContainEqual(expect.stringMatching(stage));
  });

  it.for([
    { name: "pages", resource: pages },
    { name: "inodes", resource: inodes },
  ])("of its $name, when it is taken back", async ({ resource }, context) => {
    const disk = mountSmallDisk(context, "1m", resource.options);
    const home = join(disk, "home");
    plant(home, there);
    const before = walkTree(home);
    await world.ocbak(["restore", "--quiet", "--replace", "--home", home, archive]);
    const undo = ["restore", "--undo", "--json", "--home", home];
    const messages = await withEverMore(resource, disk, () => world.ocbak(undo));
    expect(messages.length).toBeGreaterThan(1);
    expect(walkTree(join(home, ".openclaw"))).toEqual(walkTreeOf(before, ".openclaw/"));
  });
});

/** What lies in a folder of a tree. */
function walkTreeOf(tree: Described, folder: string): Described {
  const inside = Object.entries(tree).filter(([path]) => path.startsWith(folder));
  return Object.fromEntries(inside.map(([path, facts]) => [path.slice(folder.length), facts]));
}

const mebibyte = 1024 * 1024;

describe("a disk that takes everything and only tells when it is flushed that there is no room", () => {
  it("is believed: everything as it was, and nothing left behind", async (context) => {
    plant(world.home, { ".openclaw/media": noise(3 * mebibyte) });
    await world.ocbak(["create", "--quiet", "-o", join(world.archives, "large.ocbak")]);
    const disk = mountBoastfulDisk(context, { size: 2 * mebibyte, promised: 16 * mebibyte });
    plant(disk, there);
    const before = walkTree(disk);
    const restore = ["restore", "--json", "--replace", "--home", disk];
    const { status, err } = await world.ocbak([...restore, join(world.archives, "large.ocbak")]);
    const { error } = JSON.parse(err) as FailureJson;
    // What the system calls it depends on which of its writes it noticed first.
    expect([
      [26, "no-space"],
      [1, "io"],
    ]).toContainEqual([status, error.code]);
    expect([error.message, error.hint]).toEqual([
      expect.stringMatching(/^making durable what was written failed/),
      expect.any(String),
    ]);
    expect(withoutTimesOfFolders(walkTree(disk))).toEqual(withoutTimesOfFolders(before));
  });
});
