import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { InitReport } from "../../src/backup/store/init.ts";
import { lockName } from "../../src/store/lock-holder.ts";
import { differences, documentedShape } from "../support/documented-shape.ts";
import { smallInstallation } from "../support/installation.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { makeStore } from "../support/stores.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, namesIn, type Ran, type World } from "../support/world.ts";

const marker = ".ocbak-store.json";

/** An installation whose workspace lies elsewhere. */
async function installed(): Promise<World> {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  return world;
}

function reportOf({ out }: Ran): InitReport {
  const report = JSON.parse(out) as InitReport;
  expect(differences(report, documentedShape("init"))).toEqual([]);
  return report;
}

function settings({ home }: World, value: object): void {
  writeFileSync(join(home, ".config/ocbak/config.json"), JSON.stringify(value));
}

describe("ocbak init", () => {
  it("makes a folder a store with what lies in it, and the second time says that it is one", async () => {
    const world = await makeWorld();
    plant(world.archives, { "a.ocbak": "1", "b.ocbak": "2", "notes.txt": "3" });
    const first = await world.ocbak(["init", world.archives]);
    expect([first.status, first.err]).toEqual([0, ""]);
    expect(first.out).toMatch(
      /^\S+ is a store now\.\n2 archives are in it, and 1 other file, which ocbak leaves alone; [\d.]+ [KMGT]iB are free\.\n$/,
    );
    const again = await world.ocbak(["init", world.archives]);
    expect(again.status).toBe(0);
    expect(again.out).toContain("is a store, and was one before.\n");
    expect(namesIn(world.archives)).toEqual([marker, "a.ocbak", "b.ocbak", "notes.txt"]);
    expect((await world.ocbak(["init", world.archives, "-q"])).out).toBe("");
  });

  it("takes the name of a store of the settings, and makes a folder of which only itself is missing", async () => {
    const world = await makeWorld();
    const path = join(world.archives, "new");
    settings(world, { stores: [{ name: "usb", path }] });
    expect(reportOf(await world.ocbak(["init", "usb", "--json"]))).toMatchObject({
      store: path,
      isNew: true,
    });
    expect(namesIn(path)).toEqual([marker]);
    const ran = await world.ocbak(["init", join(world.archives, "a/b"), "--json"]);
    expect([ran.status, (JSON.parse(ran.err) as { error: object }).error]).toMatchObject([
      10,
      { code: "not-found" },
    ]);
    const unset = await world.ocbak(["init", ""]);
    expect(unset.status).toBe(2);
  });

  it.each([
    ["the state dir", ".openclaw/backups"],
    ["a workspace that only the config names", "projects/bob/backups"],
    ["a link to the state dir", "link/backups"],
  ])("warns where the folder lies in %s, where no archive could be written", async (_what, path) => {
    const world = await installed();
    symlinkSync(".openclaw", join(world.home, "link"));
    const { status, out } = await world.ocbak(["init", path, "-q"]);
    expect(status).toBe(0);
    expect(out).toMatch(/^WARNING: it lies inside \S+, which is backed up: /);
    const created = await world.ocbak(["create", "-o", path]);
    expect([created.status, created.err]).toEqual([26, expect.stringContaining("is being backed up")]);
  });

  it("tells, and does no more, where one disk that fails takes the installation and its backups", async (context) => {
    const world = await installed();
    const same = reportOf(await world.ocbak(["init", world.archives, "--json"]));
    expect(same).toMatchObject({ warnings: [], notices: [expect.stringContaining("same file system")] });
    const disk = mountSmallDisk(context, "1m");
    expect(reportOf(await world.ocbak(["init", disk, "--json"])).notices).toEqual([]);
  });

  it("does its work also where the config of OpenClaw is broken, and where there is no OpenClaw", async () => {
    const world = await makeWorld();
    plant(world.home, { ".openclaw/openclaw.json": "{" });
    const inside = join(world.home, ".openclaw/backups");
    expect(reportOf(await world.ocbak(["init", inside, "--json"])).warnings).toHaveLength(1);
    const env = { OPENCLAW_STATE_DIR: "/nowhere" };
    expect((await world.ocbak(["init", world.archives], { env })).status).toBe(0);
  });

  it.each([
    ["a file", "file", 10, "not-found"],
    ["a store of a newer ocbak", "newer", 24, "newer-store"],
    ["a store with a damaged marker", "damaged", 20, "damaged-store"],
  ])("refuses %s, and changes nothing", async (_what, name, status, code) => {
    const world = await makeWorld();
    const tree = { file: "x", [`newer/${marker}`]: '{"format":2}', [`damaged/${marker}`]: "x" };
    plant(world.archives, tree);
    const ran = await world.ocbak(["init", join(world.archives, name), "--json"]);
    expect([ran.status, JSON.parse(ran.err)]).toMatchObject([status, { error: { code } }]);
  });
});

function lockOf(of: object): string {
  const holder = { host: "testhost", boot: "an earlier one", pid: 7, start: "1", ...of };
  return JSON.stringify({ purpose: "prune", since: "2026-01-01T00:00:00Z", holder, token: "1" });
}

async function locked(of?: object): Promise<{ world: World; path: string; lock: string }> {
  const world = await makeWorld();
  const { path } = await makeStore(world);
  const lock = join(path, lockName);
  if (of !== undefined) writeFileSync(lock, lockOf(of));
  return { world, path, lock };
}

describe("ocbak unlock", () => {
  it("takes the lock of a dead process away and says whose it was, once", async () => {
    const { world, path, lock } = await locked({});
    const ran = await world.ocbak(["unlock", path]);
    expect(ran).toMatchObject({
      status: 0,
      out: `${path} is unlocked: the lock was that of process 7 of testhost (prune, since 2026-01-01T00:00:00Z), which is dead.\n`,
    });
    expect(existsSync(lock)).toBe(false);
    expect((await world.ocbak(["unlock", path])).out).toBe(`${path} is not locked.\n`);
  });

  it("takes that of another host only by force", async () => {
    const { world, path, lock } = await locked({ host: "nas" });
    const refused = await world.ocbak(["unlock", path]);
    expect([refused.status, refused.err]).toEqual([
      11,
      expect.stringMatching(/process 7 of nas \(prune.*\n.*hint: .*--force/),
    ]);
    expect(existsSync(lock)).toBe(true);
    const forced = await world.ocbak(["unlock", path, "--force", "--json"]);
    expect(differences(JSON.parse(forced.out), documentedShape("unlock"))).toEqual([]);
    expect(JSON.parse(forced.out)).toMatchObject({ removed: { holder: { host: "nas" }, life: "unknown" } });
    expect(existsSync(lock)).toBe(false);
  });

  it("never takes that of a process that runs", async () => {
    const { world, path } = await locked();
    const { store } = await makeStore(world, "another");
    await using _held = await store.lock("prune");
    for (const flags of [[], ["--force"]])
      expect((await world.ocbak(["unlock", store.place, ...flags])).status).toBe(11);
    expect((await world.ocbak(["unlock", path])).status).toBe(0);
  });

  it("finds no store on a disk that is not mounted", async () => {
    const world = await makeWorld();
    mkdirSync(join(world.archives, "unmounted"));
    const ran = await world.ocbak(["unlock", join(world.archives, "unmounted")]);
    expect([ran.status, ran.err]).toEqual([10, expect.stringMatching(/is no store.*\n.*mounted/)]);
  });
});
