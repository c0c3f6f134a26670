import path from "node:path";
import { expect, it } from "vitest";
import { programVersion } from "../../src/openclaw/program-version.ts";
import { makeTree, type Tree } from "./home.ts";

const program = {
  "lib/node_modules/openclaw/package.json": '{"name": "openclaw", "version": "2026.9.6"}',
  "lib/node_modules/openclaw/openclaw.mjs": "",
  "lib/node_modules/openclaw/skills/x/SKILL.md": "",
};

it.each<[string, Tree, string | null]>([
  [
    "a link into the package",
    { ...program, "bin/openclaw": { link: "../lib/node_modules/openclaw/openclaw.mjs" } },
    "2026.9.6",
  ],
  ["a script beside node_modules", { ...program, "lib/openclaw": "#!/bin/sh" }, "2026.9.6"],
  [
    "a link of plugin-skills",
    { ...program, "state/plugin-skills/x": { link: "HOME/lib/node_modules/openclaw/skills/x" } },
    "2026.9.6",
  ],
  [
    "nothing, where another program is called so",
    { "bin/openclaw": "", "bin/package.json": '{"name": "else", "version": "1"}' },
    null,
  ],
  ["nothing, where a package.json is broken", { "bin/openclaw": "", "bin/package.json": "{" }, null],
  ["nothing, where there is none", {}, null],
])("the version of the installed program is read through %s", async (_, tree, expected) => {
  const home = await makeTree(tree);
  const env = { PATH: ["/nonexistent", path.join(home, "bin"), path.join(home, "lib")].join(path.delimiter) };
  expect(programVersion(env, path.join(home, "state"))).toBe(expected);
});
