import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { DrillReport } from "../../src/backup/restore-reports.ts";
import { smallInstallation } from "../support/installation.ts";
import { plant } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, type World } from "../support/world.ts";

async function archived(): Promise<{ world: World; archive: string }> {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  plant(world.home, {
    ".openclaw/memory.sqlite": { rows: 300 },
    ".openclaw/closed/in.txt": "c",
    ".openclaw/state/placeholder": "",
  });
  const state = new DatabaseSync(join(world.home, ".openclaw/state/openclaw.sqlite"));
  state.exec(`CREATE TABLE cron_jobs (store_key TEXT, job_id TEXT, enabled INTEGER);
    CREATE TABLE state_leases (scope TEXT, host TEXT);
    INSERT INTO state_leases VALUES ('gateway-owner', 'old')`);
  state.prepare("INSERT INTO cron_jobs VALUES (?, 'a', 1)").run(join(world.home, ".openclaw/cron/jobs.json"));
  state.close();
  const archive = join(world.archives, "a.ocbak");
  await world.ocbak(["create", "--quiet", "-o", archive]);
  return { world, archive };
}

it("ocbak drill restores, proves and removes, and touches nothing else", async () => {
  const { world, archive } = await archived();
  const installation = join(world.home, ".openclaw");
  const before = walkTree(installation);
  const { status, out } = await world.ocbak(["drill", "--json", archive]);
  const report = JSON.parse(out) as DrillReport;
  expect([status, report.ok, report.checks.map(({ name, ok }) => [name, ok])]).toEqual([
    0,
    true,
    ["owner", "installation", "counts", "old places", "databases", "contents"].map((name) => [name, true]),
  ]);
  expect(walkTree(installation)).toEqual(before);
  const text = await world.ocbak(["drill", archive]);
  expect(text.out).toContain(`${archive} restores:`);
});

it("ocbak drill works where it is told, and leaves nothing there", async () => {
  const { world, archive } = await archived();
  const directory = join(world.archives, "room");
  mkdirSync(directory);
  expect((await world.ocbak(["drill", "--quiet", "--dir", directory, archive])).status).toBe(0);
  expect(readdirSync(directory)).toEqual([]);
  rmSync(directory, { recursive: true });
  for (const place of [directory, "/proc/nowhere"]) {
    const missing = await world.ocbak(["drill", "--dir", place, archive]);
    expect([missing.status, missing.out]).toEqual([26, ""]);
  }
});

it("ocbak drill says no to a damaged archive and to a missing key, as verify does", async () => {
  const { world, archive } = await archived();
  expect((await world.ocbak(["drill", archive], { keyless: true })).status).toBe(12);
  const bytes = readFileSync(archive);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(archive, bytes);
  const verified = await world.ocbak(["verify", archive]);
  const drilled = await world.ocbak(["drill", archive]);
  expect([drilled.status, drilled.out]).toEqual([verified.status, ""]);
  expect(
    readdirSync(join(world.home, ".cache")).flatMap((name) => readdirSync(join(world.home, ".cache", name))),
  ).toEqual([]);
});
