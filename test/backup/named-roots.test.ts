import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { plant } from "../support/tree.ts";
import { makeWorld } from "../support/world.ts";

describe("what the config names beside OpenClaw's folders", () => {
  it("goes sealed into the archive, and back to the same place in a new home", async () => {
    const world = await makeWorld();
    const config = `{
      secrets: {providers: {a: {source: 'file', path: '~/keys/a.json'}}},
      memory: {search: {extraPaths: ['~/vault']}},
      plugins: {load: {paths: ['~/plugin']}}}`;
    plant(world.home, {
      ".openclaw/openclaw.json": config,
      ".openclaw/workspace/A.md": "a",
      ".openclaw/skills/b": { to: "../../src/b" },
      "src/b/SKILL.md": "skill",
      "keys/a.json": "secret",
      "vault/note.md": "note",
      "vault/tools/kept.md": "a name means nothing in a user's folder",
      "plugin/index.js": "code",
      "plugin/node_modules/x/index.js": "left out",
    });
    const archive = join(world.archives, "a.ocbak");
    const created = await world.ocbak(["create", "-o", archive]);
    expect([created.status, created.err]).toEqual([0, ""]);
    const { entries } = JSON.parse((await world.ocbak(["ls", archive, "--json"])).out) as {
      entries: { path: string; section: string; type: string; status: string }[];
    };
    const named = entries.filter(({ path }) => /^(?:secret|memory|plugin|skill)-/.test(path));
    expect(new Set(named.map(({ section }) => section))).toEqual(new Set(["sealed"]));
    expect(named.filter(({ type }) => type === "file").map(({ path }) => path)).toEqual([
      "memory-path-1/note.md",
      "memory-path-1/tools/kept.md",
      "plugin-path-1/index.js",
      "secret-file-1",
      "skill-link-1/SKILL.md",
    ]);
    expect(named.filter(({ status }) => status !== "ok")).toMatchObject([
      { path: "plugin-path-1/node_modules", status: "excluded:packages" },
    ]);
    const restored = await world.ocbak(["restore", "--home", world.newHome, archive]);
    expect(restored.status).toBe(0);
    const at = (path: string) => readFileSync(join(world.newHome, path), "utf8");
    expect(["keys/a.json", "vault/note.md", "plugin/index.js", "src/b/SKILL.md"].map(at)).toEqual([
      "secret",
      "note",
      "code",
      "skill",
    ]);
  });
});
