import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { findOldPlaces } from "../../src/openclaw/rewrite/old-places.ts";
import { scratchHome } from "../support/restore.ts";
import { rewriteState } from "../support/rewrite.ts";
import { plant } from "../support/tree.ts";

const there = [{ from: "/home/al", to: "/home/bo's" }];
const back = [{ from: "/home/bo's", to: "/home/al" }];

it.each<[string, string, string, readonly string[]]>([
  [
    "is rewritten path by path, and one path with a colon as a whole",
    `{ env: { vars: { PATH: '/home/al/bin:/usr/bin:/home/al/\\u0061', ONE: "/home/al/agent:main" } } }`,
    `{ env: { vars: { PATH: '/home/bo\\'s/bin:/usr/bin:/home/bo\\'s/\\u0061', ONE: "/home/bo's/agent:main" } } }`,
    [],
  ],
  [
    "also of a server that the config starts",
    `{"mcp":{"servers":{"x":{"env":{"NODE_PATH":"/opt:/home/al"}}}}}`,
    `{"mcp":{"servers":{"x":{"env":{"NODE_PATH":"/opt:/home/bo's"}}}}}`,
    [],
  ],
  [
    "stays and is told where something else is among the paths",
    `{ env: { A: "/home/al/bin:$PATH", B: "~/bin:/home/al/b" } }`,
    `{ env: { A: "/home/al/bin:$PATH", B: "~/bin:/home/al/b" } }`,
    ["/home/al/bin:$PATH"],
  ],
  [
    "stays where none of it moves",
    `{ env: { A: "/home/alice/bin:/usr/bin" } }`,
    `{ env: { A: "/home/alice/bin:/usr/bin" } }`,
    [],
  ],
  [
    "is none where it is not a variable: what is mounted keeps its place inside",
    `{ binds: ["/home/al/x:/home/al/x:ro"] }`,
    `{ binds: ["/home/bo's/x:/home/al/x:ro"] }`,
    ["/home/al/x:ro"],
  ],
])("a list of paths in a variable of the config %s", async (_, config, expected, left) => {
  const { home: state, remove } = scratchHome();
  onTestFinished(remove);
  mkdirSync(join(state, "state"), { recursive: true });
  plant(state, { "openclaw.json": config });
  const text = (): string => readFileSync(join(state, "openclaw.json"), "utf8");
  const report = await rewriteState(state, there, ["/home/al"]);
  expect(text()).toBe(expected);
  expect(report.left.map(({ path }) => path)).toEqual(left);
  const tree = { id: "state", base: state, sourcePath: "/home/al/.openclaw" };
  expect(findOldPlaces([tree], { moves: there, configFile: null }).found).toEqual([]);
  await rewriteState(state, back, ["/home/bo's"]);
  expect(text()).toBe(config);
});
