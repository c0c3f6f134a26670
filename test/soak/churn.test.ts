import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import type { CreateReport, ListedEntry } from "../../src/backup/reports.ts";
import { isTrueState } from "../support/churn.ts";
import { smallInstallation } from "../support/installation.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, type World } from "../support/world.ts";

const churner = fileURLToPath(new URL("../support/churn-child.ts", import.meta.url));
const places = {
  "state/agents/churn": ".openclaw/agents/churn",
  "workspace.main/churn": ".openclaw/workspace/churn",
};

it("ten backups of a tree that changes 500 times a second all end, verify, and hold only true states", async () => {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  const directories = Object.values(places).map((place) => join(world.home, place));
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  const child = spawn(process.execPath, [churner, ...directories], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let died: number | null | undefined;
  child.once("exit", (status) => (died = status));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  let perSecond = 0;
  child.stdout.on("data", (line: Buffer) => (perSecond = Number(line)));
  const sum = { checked: 0, changed: 0, vanished: 0, moved: 0 };
  for (let n = 0; n < 10; n += 1) {
    const { report, entries } = await backUp(world, join(world.archives, `${n}.ocbak`));
    for (const key of ["changed", "vanished", "moved"] as const) sum[key] += report.entries[key];
    sum.checked += checkStates(world, entries);
    rmSync(world.newHome, { recursive: true });
  }
  console.log(JSON.stringify({ ...sum, perSecond }));
  expect(died).toBeUndefined();
  expect(perSecond).toBeGreaterThan(450);
  expect(sum.checked).toBeGreaterThan(500);
  expect(sum.moved + sum.vanished).toBeGreaterThan(0);
});

async function backUp(
  world: World,
  archive: string,
): Promise<{ report: CreateReport; entries: readonly ListedEntry[] }> {
  const created = await world.ocbak(["create", "--json", "-o", archive]);
  const report = JSON.parse(created.out) as CreateReport;
  const expected = report.entries.changed > 0 ? 3 : 0;
  expect([created.status, report.verified, report.entries.unreadable]).toEqual([expected, "full", 0]);
  expect((await world.ocbak(["verify", "--quiet", archive])).status).toBe(expected);
  mkdirSync(world.newHome, { recursive: true });
  const restored = await world.ocbak(["restore", "--quiet", "--home", world.newHome, archive]);
  expect([restored.status, restored.err]).toEqual([0, ""]);
  const { out } = await world.ocbak(["ls", "--json", archive]);
  return { report, entries: (JSON.parse(out) as { entries: ListedEntry[] }).entries };
}

/** Every file called `ok` holds what it once held; returns how many there were. */
function checkStates({ newHome }: World, entries: readonly ListedEntry[]): number {
  let checked = 0;
  for (const { path, type, status } of entries) {
    const [root, place] = Object.entries(places).find(([prefix]) => path.startsWith(`${prefix}/`)) ?? [];
    if (root === undefined || type !== "file" || status !== "ok") continue;
    const content = readFileSync(join(newHome, place!, path.slice(root.length)), "utf8");
    expect([path, isTrueState(path, content) || content]).toEqual([path, true]);
    checked += 1;
  }
  return checked;
}
