import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { RestoreReport } from "../../src/backup/restore-reports.ts";
import { plant } from "../support/tree.ts";
import { makeWorld } from "../support/world.ts";

it("after a restore the steps that apply are told, each with its command, and no others", async () => {
  const world = await makeWorld();
  plant(world.home, {
    ".openclaw/openclaw.json":
      '{"meta":{"lastTouchedVersion":"2026.9.6"},"gateway":{"auth":{"token":"${OC_TOKEN}"}}}',
    ".openclaw/credentials/whatsapp/default/creds.json": "{}",
    ".openclaw/state/placeholder": "",
  });
  const database = new DatabaseSync(join(world.home, ".openclaw/state/openclaw.sqlite"));
  database.exec("CREATE TABLE config_machine_state (state_key TEXT PRIMARY KEY, value_json TEXT NOT NULL)");
  const installRecords = {
    whatsapp: {
      source: "npm",
      spec: "@openclaw/whatsapp@2026.9.6",
      installPath: "/home/x/.openclaw/npm/whatsapp",
    },
  };
  database
    .prepare("INSERT INTO config_machine_state VALUES ('plugins.installedIndex', ?)")
    .run(JSON.stringify({ index: { installRecords, plugins: [] } }));
  database.close();
  const archive = join(world.archives, "a.ocbak");
  await world.ocbak(["create", "--quiet", "-o", archive]);

  const ran = await world.ocbak(["restore", "--json", "--home", world.newHome, "--profile", "work", archive]);
  const { hints } = JSON.parse(ran.out) as RestoreReport;
  expect(hints.join("\n")).toMatch(/npm install -g openclaw@2026\.9\.6/);
  expect(hints.join("\n")).toMatch(/set OC_TOKEN/);
  expect(hints.join("\n")).toContain("openclaw --profile work plugins install @openclaw/whatsapp@2026.9.6");
  expect(hints.join("\n")).toContain("openclaw --profile work gateway install");
  expect(hints.join("\n")).toContain("channels login --channel whatsapp");

  const only = await world.ocbak([
    "restore",
    "--json",
    "--replace",
    "--home",
    world.newHome,
    "--profile",
    "work",
    "--only",
    "credentials",
    archive,
  ]);
  expect((JSON.parse(only.out) as RestoreReport).hints.filter((hint) => !hint.includes("rewrite"))).toEqual(
    [],
  );
});
