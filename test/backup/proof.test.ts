import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { openForReading } from "../../src/backup/open.ts";
import { databasesCheck } from "../../src/backup/proof/database-checks.ts";
import { oldPlacesCheck } from "../../src/backup/proof/old-places-check.ts";
import { pluginOwnerCheck } from "../../src/backup/proof/plugin-owner-check.ts";
import { installationChecks } from "../../src/backup/proof/installation-check.ts";
import { planRestore } from "../../src/backup/restore-plan.ts";
import type { RestoreReport } from "../../src/backup/restore-reports.ts";
import { Secret } from "../../src/format/secret.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, type World } from "../support/world.ts";

type Checks = RestoreReport["checks"];

/** Restored, then looked at again after somebody did something to it. */
async function checksAfter(harm: (world: World) => void): Promise<Checks> {
  const world = await makeWorld();
  plant(world.home, {
    ".openclaw/openclaw.json": `{"agents":{"entries":{"main":{},"helper":{}}},"channels":{"telegram":{}},"logging":{"file":"${world.home}/log"}}`,
    ".openclaw/extensions/mine/index.ts": "",
    ".openclaw/workspace/MEMORY.md": "m",
    ".openclaw/other.sqlite": { rows: 500 },
    ".openclaw/state/placeholder": "",
  });
  const state = new DatabaseSync(join(world.home, ".openclaw/state/openclaw.sqlite"));
  state.exec(`CREATE TABLE cron_jobs (id TEXT, enabled INTEGER);
    INSERT INTO cron_jobs VALUES ('a', 1), ('b', 0), ('c', 1);
    CREATE TABLE config_machine_state (state_key TEXT, value_json TEXT)`);
  const index = {
    installRecords: { mine: { source: "path", installPath: join(world.home, ".openclaw/extensions/mine") } },
  };
  state
    .prepare("INSERT INTO config_machine_state VALUES ('plugins.installedIndex', ?)")
    .run(JSON.stringify({ index }));
  state.close();
  const archive = join(world.archives, "a.ocbak");
  await world.ocbak(["create", "--quiet", "-o", archive]);
  const restored = await world.ocbak(["restore", "--json", "--home", world.newHome, archive]);
  expect((JSON.parse(restored.out) as RestoreReport).checks.filter(({ ok }) => !ok)).toEqual([]);
  harm(world);
  const keys = { identities: [new Secret(readFileSync(world.identityFile, "utf8").trim())] };
  const context = world.context();
  await using opened = await openForReading(archive, { keys }, context);
  const options = { keys, home: world.newHome, replace: true };
  const plan = await planRestore(opened.archive, opened.entries, { options, context });
  return [
    ...installationChecks(plan, context.now()),
    ...oldPlacesCheck(plan, opened.entries),
    ...pluginOwnerCheck(plan),
    await databasesCheck(opened.entries, plan.roots.roots),
  ];
}

const at = (world: World, path: string): string => join(world.newHome, ".openclaw", path);

it("what was restored passes its checks, which say how much there is", async () => {
  expect(await checksAfter(() => {})).toEqual([
    { name: "installation", ok: true, detail: expect.stringContaining("its config can be read") },
    {
      name: "counts",
      ok: true,
      detail: "as many as were captured: agents: 2, sessions: 0, cron jobs: 3, channels: 1",
    },
    { name: "old places", ok: true, detail: expect.stringMatching(/^1 files, 0 links and 1 databases/) },
    { name: "plugins", ok: true, detail: expect.stringMatching(/^1 plugin folders/) },
    { name: "databases", ok: true, detail: "2 pass SQLite's integrity check" },
  ]);
});

it.each<[string, (world: World) => void, string, RegExp]>([
  [
    "a cron job less",
    (world) => {
      const state = new DatabaseSync(at(world, "state/openclaw.sqlite"));
      state.exec("DELETE FROM cron_jobs WHERE id = 'a'");
      state.close();
    },
    "counts",
    /2 of 3 cron jobs/,
  ],
  [
    "a config that cannot be read",
    (world) => writeFileSync(at(world, "openclaw.json"), "{"),
    "installation",
    /openclaw\.json/,
  ],
  [
    "a channel less",
    (world) =>
      plant(world.newHome, { ".openclaw/openclaw.json": '{"agents":{"entries":{"main":{},"helper":{}}}}' }),
    "counts",
    /0 of 1 channels/,
  ],
  [
    "an old place in the config",
    (world) =>
      plant(world.newHome, { ".openclaw/openclaw.json": `{"logging":{"file":"${world.home}/log"}}` }),
    "old places",
    /state\/openclaw\.json: .*\/old\/log/,
  ],
  [
    "a plugin that everybody may change",
    (world) => chmodSync(at(world, "extensions/mine"), 0o777),
    "plugins",
    /would refuse plugins: mine: .* everybody/,
  ],
  ["no state dir", (world) => rmSync(at(world, "."), { recursive: true }), "installation", /./],
  [
    "a torn database",
    (world) => {
      const bytes = readFileSync(at(world, "other.sqlite"));
      writeFileSync(at(world, "other.sqlite"), bytes.fill(0xaa, 4096, 8192));
    },
    "databases",
    /1 of 2 fail .*other\.sqlite/,
  ],
])("%s is found", async (_, harm, name, detail) => {
  const failed = (await checksAfter(harm)).filter(({ ok }) => !ok);
  expect(failed).toContainEqual({ name, ok: false, detail: expect.stringMatching(detail) });
});
