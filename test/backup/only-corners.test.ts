import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { plant, type Tree } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, type World } from "../support/world.ts";

const source: Tree = {
  ".openclaw/openclaw.json": JSON.stringify({
    agents: { defaults: { workspace: "~/.openclaw/spaces/main" } },
  }),
  ".openclaw/skills/a/SKILL.md": "a",
  ".openclaw/spaces/readme.md": "of the source",
  ".openclaw/spaces/main/MEMORY.md": "memory of the source",
};
const live: Tree = {
  ".openclaw/openclaw.json": '{"live":1}',
  ".openclaw/spaces/main/MEMORY.md": "memory of the live one",
  ".openclaw/spaces/main/mine.md": "mine",
};

let world: World;
let archive: string;
const at = (path: string): string => join(world.newHome, ".openclaw", path);

beforeEach(async () => {
  world = await makeWorld();
  plant(world.home, source);
  archive = join(world.archives, "a.ocbak");
  await world.ocbak(["create", "--quiet", "-o", archive]);
  plant(world.newHome, live);
});

describe("restore --only", () => {
  it("of a folder that a workspace lies in leaves the workspace where it is", async () => {
    const before = walkTree(world.newHome);
    for (const more of [[], ["--only", "workspace"]]) {
      const only = ["--only", "state/spaces", ...more];
      const ran = await world.ocbak(["restore", "--replace", "--home", world.newHome, ...only, archive]);
      expect([ran.status, ran.err]).toEqual([26, expect.stringContaining("lies")]);
      expect(walkTree(world.newHome)).toEqual(before);
    }
    const args = ["restore", "--home", world.newHome, "--only", "state/spaces/readme.md", archive];
    expect((await world.ocbak(args)).status).toBe(0);
    expect(readFileSync(at("spaces/readme.md"), "utf8")).toBe("of the source");
  });

  it.each<[string, (path: string) => void]>([
    ["a link", (path) => (mkdirSync(at("real")), symlinkSync(at("real"), path))],
    ["a file", (path) => writeFileSync(path, "")],
  ])("through %s says so, before anything is staged", async (what, make) => {
    make(at("skills"));
    const before = walkTree(world.newHome);
    const args = [
      "restore",
      "--replace",
      "--home",
      world.newHome,
      "--only",
      "state/skills/a/SKILL.md",
      archive,
    ];
    const ran = await world.ocbak(args);
    expect([ran.status, ran.err]).toEqual([26, expect.stringContaining("skills")]);
    expect(ran.err).not.toContain("exchanged");
    expect(walkTree(world.newHome)).toEqual(before);
  });
});
