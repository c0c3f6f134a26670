import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { RestoreReport } from "../../src/backup/restore-reports.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, type World } from "../support/world.ts";

/** Backed up with these flags and variables, restored into the new home. */
async function restored(world: World, flags: readonly string[], env: Record<string, string> = {}) {
  const archive = join(world.archives, "a.ocbak");
  await world.ocbak(["create", "--quiet", ...flags, "-o", archive], { env });
  const ran = await world.ocbak(["restore", "--json", "--home", world.newHome, archive]);
  return JSON.parse(ran.out) as RestoreReport;
}

it("what lies elsewhere is checked and told with the variables that lead OpenClaw there", async () => {
  const world = await makeWorld();
  const [old, at] = [join(world.home, "srv"), join(world.newHome, "srv")];
  plant(world.home, {
    "srv/etc/openclaw.json5": `{ agents: { $include: "../shared/agents.json5" } }`,
    "srv/shared/agents.json5": `{ entries: { main: { workspace: ${JSON.stringify(join(old, "ws"))} } } }`,
    "srv/oauth/oauth.json": "{}",
    "srv/ws/MEMORY.md": "m",
    ".openclaw/state/placeholder": "",
  });
  const env = {
    OPENCLAW_CONFIG_PATH: join(old, "etc/openclaw.json5"),
    OPENCLAW_OAUTH_DIR: join(old, "oauth"),
    OPENCLAW_INCLUDE_ROOTS: join(old, "shared"),
  };
  const { checks, hints } = await restored(world, [], env);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  const variables = `OPENCLAW_CONFIG_PATH='${at}/etc/openclaw.json5' OPENCLAW_OAUTH_DIR='${at}/oauth' OPENCLAW_INCLUDE_ROOTS='${at}/shared'`;
  expect(hints).toEqual(
    expect.arrayContaining([
      expect.stringMatching(new RegExp(`set what its places need: ${variables}$`)),
      `as the owner: ${variables} openclaw doctor`,
    ]),
  );
});

it("what lies where OpenClaw looks by itself needs no variable", async () => {
  const world = await makeWorld();
  plant(world.home, { ".openclaw/openclaw.json": "{}", ".openclaw/credentials/oauth.json": "{}" });
  const { hints } = await restored(world, []);
  expect(hints.join("\n")).not.toContain("OPENCLAW_");
});

it.each<[string, readonly string[], readonly string[]]>([
  [
    "without its files is named with the command that brings it",
    [],
    ["openclaw plugins install @x/chat@1.2.3 --force"],
  ],
  ["with its files is not named", ["--include", "plugins"], []],
])("a plugin that was moved %s", async (_, include, commands) => {
  const world = await makeWorld();
  plant(world.home, {
    ".openclaw/openclaw.json": "{}",
    ".openclaw/npm/chat/index.js": "export default {};",
    ".openclaw/state/placeholder": "",
  });
  const installPath = join(world.home, ".openclaw/npm/chat");
  const installRecords = { chat: { source: "npm", spec: "@x/chat@1.2.3", installPath } };
  const database = new DatabaseSync(join(world.home, ".openclaw/state/openclaw.sqlite"));
  database.exec("CREATE TABLE config_machine_state (state_key TEXT PRIMARY KEY, value_json TEXT NOT NULL)");
  database
    .prepare("INSERT INTO config_machine_state VALUES ('plugins.installedIndex', ?)")
    .run(JSON.stringify({ index: { installRecords, plugins: [] } }));
  database.close();
  const { checks, hints } = await restored(world, include);
  const detail = checks.find(({ name }) => name === "installation")!.detail;
  for (const said of [detail, hints.join("\n")])
    expect(said.match(/openclaw plugins install [^:)]*/g) ?? []).toEqual(commands);
});

it("folders of one name come to a home in which no folder above them is yet", async () => {
  const world = await makeWorld();
  const folders = ["a/notes", "b/notes", "c/notes"];
  const entries = folders.map((folder, n) => [`agent${n}`, { workspace: join(world.home, folder) }]);
  plant(world.home, {
    ".openclaw/openclaw.json": JSON.stringify({ agents: { entries: Object.fromEntries(entries) as object } }),
    ...Object.fromEntries(folders.map((folder) => [`${folder}/MEMORY.md`, folder])),
  });
  const { checks, targets } = await restored(world, []);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(targets.map(({ path }) => path)).toEqual(
    expect.arrayContaining(folders.map((folder) => join(world.newHome, folder))),
  );
  for (const folder of folders)
    expect(readFileSync(join(world.newHome, folder, "MEMORY.md"), "utf8")).toBe(folder);
  expect(readdirSync(world.newHome).toSorted()).toEqual([".openclaw", "a", "b", "c"]);
});
