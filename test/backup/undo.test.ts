import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { UndoReport } from "../../src/backup/restore-reports.ts";
import type { Journal } from "../../src/disk/journal.ts";
import { smallInstallation } from "../support/installation.ts";
import { plant, type Tree } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, type World } from "../support/world.ts";

const fresh: Tree = {
  ".openclaw/openclaw.json": "{}",
  ".openclaw/workspace/SOUL.md": "of the fresh one",
  ".openclaw/tools/node/bin/node": "the program itself",
  ".openclaw/npm/node_modules/x/index.js": "a package",
};

async function restored(world: World, ...more: readonly string[]): Promise<string> {
  plant(world.home, smallInstallation);
  const archive = join(world.archives, "a.ocbak");
  expect((await world.ocbak(["create", "--quiet", "-o", archive])).status).toBe(0);
  const ran = await world.ocbak(["restore", "--replace", "--home", world.newHome, ...more, archive]);
  expect([ran.status, ran.err]).toEqual([0, ""]);
  return archive;
}

it("restore --undo puts back what --replace put aside, with the program where it was, and keeps what was restored", async () => {
  const world = await makeWorld();
  plant(world.newHome, fresh);
  const before = walkTree(world.newHome);
  const archive = await restored(world);
  const tool = join(world.newHome, ".openclaw/tools/node/bin/node");
  expect(readFileSync(tool, "utf8")).toBe("the program itself");
  expect(readdirSync(join(world.newHome, ".openclaw"))).toContain("npm");

  const whole = await world.ocbak(["restore", "--replace", "--dry-run", "--home", world.newHome, archive]);
  expect(whole.out).toContain(`of ${join(world.newHome, ".openclaw")} would stay in use: npm, tools`);

  const dry = await world.ocbak(["restore", "--undo", "--dry-run", "--home", world.newHome]);
  expect([dry.status, dry.out]).toEqual([0, expect.stringContaining("Nothing was changed.")]);
  const ran = await world.ocbak(["restore", "--undo", "--json", "--home", world.newHome]);
  const report = JSON.parse(ran.out) as UndoReport;
  const state = report.places.find(({ path }) => path === join(world.newHome, ".openclaw"))!;
  expect([ran.status, report.dryRun]).toEqual([0, false]);
  expect(readdirSync(state.undone!)).toContain("credentials");
  for (const { undone } of report.places) if (undone !== null) rmSync(undone, { recursive: true });
  const folders = report.places.filter((place) => place.restored === null);
  expect(folders.length).toBeGreaterThan(0);
  for (const name of readdirSync(world.newHome).filter((one) => one !== ".openclaw"))
    rmSync(join(world.newHome, name), { recursive: true });
  expect(walkTree(world.newHome)).toEqual(before);

  const again = await world.ocbak(["restore", "--undo", "--home", world.newHome]);
  expect([again.status, again.err]).toEqual([10, expect.stringContaining("no restore is on record")]);
});

it("restore --undo finds what went elsewhere by the same flags, of another profile too", async () => {
  const world = await makeWorld();
  plant(world.newHome, { ".openclaw-work/openclaw.json": "{}" });
  await restored(world, "--profile", "work");
  expect((await world.ocbak(["restore", "--undo", "--home", world.newHome])).status).toBe(0);
  expect(readdirSync(join(world.newHome, ".openclaw-work"))).toEqual(["openclaw.json"]);
});

it("state that the OpenClaw here is too old for is refused before anything is written", async () => {
  const world = await makeWorld();
  plant(world.home, { ".openclaw/openclaw.json": '{"meta":{"lastTouchedVersion":"2026.9.6"}}' });
  const archive = join(world.archives, "a.ocbak");
  await world.ocbak(["create", "--quiet", "-o", archive]);
  plant(world.archives, {
    "bin/openclaw": "",
    "bin/package.json": '{"name":"openclaw","version":"2026.8.30"}',
  });
  const env = { PATH: join(world.archives, "bin") };
  const restore = ["restore", "--home", world.newHome, archive];
  const refused = await world.ocbak(restore, { env });
  expect([refused.status, refused.err]).toEqual([
    26,
    expect.stringContaining("npm install -g openclaw@2026.9.6"),
  ]);
  const dry = await world.ocbak([...restore, "--dry-run"], { env });
  expect(dry.out).toContain("would be refused: the OpenClaw here is 2026.8.30");
  expect(readdirSync(world.newHome)).toEqual([]);
  expect((await world.ocbak([...restore, "--allow-older-openclaw"], { env })).status).toBe(0);
});

it("restore --undo takes no archive, and restore without --undo wants one", async () => {
  const world = await makeWorld();
  const both = await world.ocbak(["restore", "--undo", "a.ocbak"]);
  const neither = await world.ocbak(["restore"]);
  expect([both.status, neither.status]).toEqual([2, 2]);
  expect([both.err, neither.err]).toEqual([
    expect.stringContaining("--undo takes no archive"),
    expect.stringContaining("the archive is missing"),
  ]);
});

it("a restore that another one is at work on is refused, and so is one whose leftovers were moved about", async () => {
  const world = await makeWorld();
  plant(world.newHome, fresh);
  const archive = await restored(world);
  const busy = join(world.newHome, "..openclaw.ocbak-staging-11112222");
  mkdirSync(busy, { mode: 0o700 });
  const mark = { host: "testhost", boot: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() };
  const start22 = readFileSync("/proc/self/stat", "utf8").split(") ")[1]!.split(" ")[19]!;
  writeFileSync(join(busy, "running.json"), JSON.stringify({ ...mark, pid: process.pid, start: start22 }));
  const env = { HOME: world.newHome };
  const shown = await world.ocbak(["show"], { env });
  expect(shown.out).toContain("is under way, or was on another host");
  const locked = await world.ocbak(["restore", "--replace", "--home", world.newHome, archive]);
  expect([locked.status, locked.err]).toEqual([11, expect.stringContaining("another restore is at work")]);
  writeFileSync(join(busy, "running.json"), JSON.stringify({ ...mark, pid: process.pid, start: "1" }));
  const next = await world.ocbak(["restore", "--replace", "--home", world.newHome, archive]);
  expect([next.status, next.err]).toEqual([0, expect.stringContaining("had not yet changed anything")]);
  expect(readdirSync(world.newHome).filter((name) => name.includes("staging"))).toEqual([]);
});

it("restore --undo of a restore that was killed half-way takes back that one, and not the one before it", async () => {
  const world = await makeWorld();
  plant(world.newHome, fresh);
  const archive = await restored(world);
  const before = walkTree(join(world.newHome, ".openclaw"));
  const only = ["--replace", "--only", "state/openclaw.json", "--home", world.newHome];
  const ran = await world.ocbak(["restore", "--json", ...only, archive]);
  const { targets } = JSON.parse(ran.out) as { targets: { replaced: string }[] };
  const aside = join(targets[0]!.replaced, "openclaw.json");
  interrupt(world.newHome, targets[0]!.replaced);

  for (const more of [["--dry-run"], []]) {
    const undo = await world.ocbak(["restore", "--undo", "--json", "--home", world.newHome, ...more]);
    const { places } = JSON.parse(undo.out) as UndoReport;
    const path = join(world.newHome, ".openclaw/openclaw.json");
    expect([undo.status, places]).toEqual([0, [{ path, undone: null, restored: aside }]]);
  }
  expect(walkTree(join(world.newHome, ".openclaw"))).toEqual(before);
  expect((await world.ocbak(["restore", "--undo", "--home", world.newHome])).status).toBe(0);
  expect(readFileSync(join(world.newHome, ".openclaw/openclaw.json"), "utf8")).toBe("{}");
});

it.each([
  ["", [], ".openclaw"],
  [" of another profile", ["--profile", "work"], ".openclaw-work"],
])(
  "restore --undo finds a workspace in the state dir%s that was restored alone",
  async (_what, flags, stateDir) => {
    const world = await makeWorld();
    const archive = await restored(world, ...flags);
    const workspace = join(world.newHome, stateDir, "workspace");
    const places = ["--home", world.newHome, ...flags];
    writeFileSync(join(workspace, "later.md"), "written since");
    const only = ["restore", "--replace", "--only", "workspace", ...places, archive];
    expect((await world.ocbak(only)).status).toBe(0);
    expect(readdirSync(workspace)).not.toContain("later.md");
    const undo = await world.ocbak(["restore", "--undo", ...places]);
    expect([undo.status, undo.err]).toEqual([0, ""]);
    expect(readdirSync(workspace)).toContain("later.md");
  },
);

/** Makes of the restore of one file that put something aside there one that was killed before the file was placed. */
function interrupt(home: string, replaced: string): void {
  const records = readdirSync(home).filter((name) => name.includes(".ocbak-undo-"));
  for (const record of records.map((name) => join(home, name))) {
    const journal = JSON.parse(readFileSync(join(record, "journal.json"), "utf8")) as Journal;
    if (journal.targets.every((target) => target.replaced !== replaced)) continue;
    const [staging] = journal.stagingDirs;
    renameSync(record, staging!);
    mkdirSync(join(staging!, "tree"));
    renameSync(join(home, ".openclaw/openclaw.json"), join(staging!, "tree/openclaw.json"));
  }
}
