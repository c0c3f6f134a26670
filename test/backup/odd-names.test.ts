import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CreateReport, ListedEntry } from "../../src/backup/reports.ts";
import { canBecomeNobody } from "../support/nobody.ts";
import { oddNames } from "../support/odd-names.ts";
import { bytesOf, plant, type Tree } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, type World } from "../support/world.ts";

function oddTree(place: string): Tree {
  const files = oddNames.map((name) => [`${place}/${name}`, name]);
  const inFolders = oddNames.map((name) => [`${place}/folders/${name}/${name}`, name]);
  const empty = oddNames.map((name) => [`${place}/empty/${name}`, { dir: true }]);
  const links = oddNames.map((name) => [`${place}/links/${name}`, { to: `../${name}` }]);
  const again = oddNames.map((name) => [`${place}/again/${name}`, { sameAs: `${place}/${name}` }]);
  return Object.fromEntries([...files, ...inFolders, ...empty, ...links, ...again]) as Tree;
}

interface Taken {
  readonly report: CreateReport;
  readonly listed: readonly ListedEntry[];
}

async function roundTrip(world: World, ...flags: readonly string[]): Promise<Taken> {
  const archive = join(world.archives, "a.ocbak");
  const created = await world.ocbak(["create", "--json", "-o", archive]);
  expect([created.status, created.err]).toEqual([0, ""]);
  const argv = ["restore", "--quiet", ...flags, "--home", world.newHome, archive];
  const restored = await world.ocbak(argv);
  expect([restored.status, restored.err]).toEqual([0, ""]);
  const { out } = await world.ocbak(["ls", "--json", archive]);
  const { entries } = JSON.parse(out) as { entries: ListedEntry[] };
  return { report: JSON.parse(created.out) as CreateReport, listed: entries };
}

async function plantedWorld(tree: Tree): Promise<World> {
  const world = await makeWorld();
  plant(world.home, { ".openclaw/openclaw.json": "{}", ".openclaw/workspace/a.md": "a", ...tree });
  return world;
}

const skip = /^\.config$|^\.cache$/;
const isPrivate = (path: string): boolean => !path.startsWith(".openclaw/workspace");
const both = (world: World) => [
  walkTree(world.newHome, { skip, isPrivate }),
  walkTree(world.home, { skip, isPrivate }),
];

describe("names that the file system takes", () => {
  it.each(["state", "workspace"])("come back from the %s as they were, twins as two", async (place) => {
    const world = await plantedWorld(
      oddTree(place === "state" ? ".openclaw/odd" : ".openclaw/workspace/odd"),
    );
    const { report, listed } = await roundTrip(world);
    expect(report.complete).toBe(true);
    expect(listed.filter(({ status }) => status !== "ok")).toEqual([]);
    const [after, before] = both(world);
    expect(after).toEqual(before);
    expect(Object.keys(before!).length).toBeGreaterThan(oddNames.length * 6);
  });
});

describe("hard links", () => {
  it("between a sealed place and a workspace are one file after the restore, and sealed", async () => {
    const shared = "named in both";
    const world = await plantedWorld({
      ".openclaw/agents/one": shared,
      ".openclaw/workspace/two.md": { sameAs: ".openclaw/agents/one" },
      ".openclaw/workspace/deep/three.md": { sameAs: ".openclaw/agents/one" },
    });
    const { listed } = await roundTrip(world);
    const sections = listed.filter(({ path }) => /one|two|three/.test(path)).map(({ section }) => section);
    expect(sections).toEqual(["sealed", "sealed", "sealed"]);
    const inodes = ["agents/one", "workspace/two.md", "workspace/deep/three.md"].map(
      (path) => statSync(join(world.newHome, ".openclaw", path)).ino,
    );
    expect(new Set(inodes).size).toBe(1);
  });
});

describe("symbolic links", () => {
  it("absolute, dangling and in a circle come back as links", async () => {
    const world = await plantedWorld({
      ".openclaw/workspace/absolute": { to: "/etc/hostname" },
      ".openclaw/workspace/dangling": { to: "nowhere/\xff\n" },
      ".openclaw/workspace/circle": { to: "circle" },
      ".openclaw/workspace/folder/up": { to: ".." },
    });
    await roundTrip(world, "--allow-outside-links");
    const [after, before] = both(world);
    expect(after).toEqual(before);
  });
});

it.runIf(canBecomeNobody)("root takes files that nobody may read", async () => {
  const world = await plantedWorld({ ".openclaw/agents/closed": "x", ".openclaw/shut/in": "y" });
  for (const path of ["agents/closed", "shut"]) chmodSync(bytesOf(join(world.home, ".openclaw", path)), 0);
  const { report } = await roundTrip(world);
  expect(report.entries).toMatchObject({ unreadable: 0, vanished: 0 });
  const [after, before] = both(world);
  expect(after).toEqual(before);
});
