import { expect, it } from "vitest";
import type { CreateReport } from "../../src/backup/reports.ts";
import { plant } from "../support/tree.ts";
import { makeWorld } from "../support/world.ts";

it.each([
  [["--include", "logs/**"], "--include 'logs/**' matches nothing: did you mean 'state/logs/**'?"],
  [
    ["--exclude", "node_modules"],
    "--exclude 'node_modules' matches nothing: did you mean 'workspace.main/node_modules'?",
  ],
  [["--plain", "nowhere/*.md"], "--plain 'nowhere/*.md' matches nothing: globs are over <root id>/<path>"],
  [["--include", "state/logs", "--exclude", "**/node_modules", "--include", "plugins"], ""],
])("create %j tells of a glob that names nothing", async (args, warning) => {
  const world = await makeWorld();
  plant(world.home, {
    ".openclaw/openclaw.json": "{}",
    ".openclaw/logs/gateway.log": "l",
    ".openclaw/workspace/node_modules/x.js": "x",
  });
  const { out } = await world.ocbak(["create", "--json", "--dry-run", ...args]);
  const { warnings } = JSON.parse(out) as CreateReport;
  const told = warnings.filter((line) => line.includes("matches nothing"));
  expect(told.map((line) => line.slice(0, warning.length))).toEqual(warning === "" ? [] : [warning]);
});
