import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { CreateReport } from "../../src/backup/reports.ts";
import { noise, smallInstallation } from "../support/installation.ts";
import { canBecomeNobody } from "../support/nobody.ts";
import { giveTo, start } from "../support/program.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { plant } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, namesIn, type World } from "../support/world.ts";

/** A world of the user nobody. */
async function nobodysWorld(): Promise<World> {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  giveTo(dirname(world.home));
  return world;
}

describe.runIf(canBecomeNobody)("without root's rights", () => {
  it("what cannot be read is named, the rest is taken, and the backup is incomplete: exit 3", async () => {
    const world = await nobodysWorld();
    plant(world.home, { ".openclaw/agents/closed/inner": "x", ".openclaw/memory.sqlite": { rows: 3 } });
    giveTo(join(world.home, ".openclaw"));
    const closed = ["agents/closed", "credentials/oauth.json", "memory.sqlite", "workspace/MEMORY.md"];
    for (const path of closed) chmodSync(join(world.home, ".openclaw", path), 0);
    const archive = join(world.archives, "a.ocbak");
    const created = await start(world, ["create", "--json", "-o", archive], { asNobody: true }).ended;
    expect(created.status).toBe(3);
    const report = JSON.parse(created.out) as CreateReport;
    expect(report).toMatchObject({ complete: false, verified: "full", entries: { unreadable: 4 } });
    const unreadable = report.findings.filter(({ status }) => status === "unreadable");
    expect(unreadable.map(({ path }) => path).sort()).toEqual([
      "state/agents/closed",
      "state/credentials/oauth.json",
      "state/memory.sqlite",
      "workspace.main/MEMORY.md",
    ]);
    for (const { reason } of unreadable) expect(reason).toMatch(/EACCES/);
    const again = await start(world, ["create", "-o", world.archives], { asNobody: true }).ended;
    expect(again).toMatchObject({ status: 3, out: expect.stringMatching(/^INCOMPLETE: 4 unreadable/) });
    expect((await start(world, ["verify", archive], { asNobody: true }).ended).status).toBe(3);
    const argv = ["restore", "--quiet", "--allow-older", "--home", world.newHome, archive];
    expect(await start(world, argv, { asNobody: true }).ended).toEqual({ status: 0, out: "", err: "" });
    expect(namesIn(join(world.newHome, ".openclaw/workspace"))).toEqual([".env", "run.sh"]);
  });

  it("a state dir that cannot be entered is no installation to be found: exit 10", async () => {
    const world = await nobodysWorld();
    giveTo(world.home);
    chmodSync(join(world.home, ".openclaw"), 0);
    const { status, err } = await start(world, ["create", "-o", world.archives], { asNobody: true }).ended;
    expect(status).toBe(10);
    expect(err).toMatch(/^ocbak: error: .*not readable.*\nocbak: hint: /);
  });

  it("an archive goes nowhere where one may not write: exit 26", async () => {
    const world = await nobodysWorld();
    chmodSync(world.archives, 0o555);
    const { status, err } = await start(world, ["create", "-o", world.archives], { asNobody: true }).ended;
    expect(status).toBe(26);
    expect(err).toMatch(/^ocbak: error: .*\nocbak: hint: /m);
  });

  it("restoring for another user is refused with 26 and the whole command for sudo", async () => {
    const world = await nobodysWorld();
    const archive = join(world.archives, "a.ocbak");
    await start(world, ["create", "--quiet", "-o", archive], { asNobody: true }).ended;
    const argv = ["restore", "--owner", "root", "--home", world.newHome, archive];
    const { status, err } = await start(world, argv, { asNobody: true }).ended;
    expect(status).toBe(26);
    expect(err).toMatch(/^ocbak: hint: .*sudo \/\S+ \/\S+main\.ts restore .*--owner root/m);
    expect(namesIn(world.newHome)).toEqual([]);
  });

  it("root restores for an owner: everything is theirs, and nothing of root's is left", async () => {
    const world = await makeWorld();
    plant(world.home, smallInstallation);
    giveTo(world.newHome);
    const archive = join(world.archives, "a.ocbak");
    await world.ocbak(["create", "--quiet", "-o", archive]);
    const argv = ["restore", "--owner", "65534:65534", "--home", world.newHome, "--json", archive];
    const { status, out } = await world.ocbak(argv);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ owner: { uid: 65_534, gid: 65_534 } });
    const find = [
      "find",
      [world.newHome, "-not", "-user", "65534", "-o", "-not", "-group", "65534"],
    ] as const;
    expect(execFileSync(...find, { encoding: "utf8" })).toBe("");
  });
});

describe("a full disk", () => {
  it("at create ends it with 26 and a hint, and leaves nothing", async (context) => {
    const disk = mountSmallDisk(context, "2m");
    const world = await makeWorld();
    plant(world.home, { ...smallInstallation, ".openclaw/big": noise(4 * 1024 * 1024) });
    const { status, err } = await world.ocbak(["create", "--json", "-o", disk]);
    expect(status).toBe(26);
    expect(JSON.parse(err)).toMatchObject({ error: { code: "no-space", hint: expect.any(String) } });
    expect(namesIn(disk)).toEqual([]);
  });

  it("for the private copies of databases ends it with 26 and names TMPDIR", async (context) => {
    const disk = mountSmallDisk(context, "1m");
    const world = await makeWorld();
    plant(world.home, { ...smallInstallation, ".openclaw/memory.sqlite": { rows: 100_000 } });
    const ran = await world.ocbak(["create", "--json", "-o", world.archives], { env: { TMPDIR: disk } });
    expect(ran.status).toBe(26);
    expect(JSON.parse(ran.err)).toMatchObject({
      error: { code: "no-space", hint: expect.stringMatching(/TMPDIR/) },
    });
    expect(namesIn(world.archives)).toEqual([]);
    expect(namesIn(join(disk, "ocbak"))).toEqual([]);
  });

  it("is seen before restore writes anything where the archive says enough", async (context) => {
    const disk = mountSmallDisk(context, "2m");
    const world = await makeWorld();
    plant(world.home, { ...smallInstallation, ".openclaw/big": noise(4 * 1024 * 1024) });
    await world.ocbak(["create", "--quiet", "-o", join(world.archives, "a.ocbak")]);
    const argv = ["restore", "--json", "--home", disk, join(world.archives, "a.ocbak")];
    const { status, err } = await world.ocbak(argv);
    expect(status).toBe(26);
    expect(JSON.parse(err)).toMatchObject({ error: { code: "no-space", hint: expect.any(String) } });
    expect(namesIn(disk)).toEqual([]);
  });

  it("in the middle of a restore ends it with 26, and what was there stays as it was", async (context) => {
    const disk = mountSmallDisk(context, "1m");
    const world = await makeWorld();
    plant(world.home, smallInstallation);
    // Few bytes, but a page each.
    for (let n = 0; n < 400; n += 1) writeFileSync(join(world.home, `.openclaw/agents/${n}`), "x");
    await world.ocbak(["create", "--quiet", "-o", join(world.archives, "a.ocbak")]);
    plant(disk, { ".openclaw/mine": "mine" });
    const before = walkTree(disk);
    const argv = ["restore", "--json", "--replace", "--home", disk, join(world.archives, "a.ocbak")];
    const { status, err } = await world.ocbak(argv);
    expect(status).toBe(26);
    expect(JSON.parse(err)).toMatchObject({ error: { code: "no-space", hint: expect.any(String) } });
    expect(walkTree(disk)).toEqual(before);
  });
});

describe("a disk that is mounted read-only", () => {
  it("is refused as a target and as a place for archives with 26", async (context) => {
    const disk = mountSmallDisk(context, "1m");
    mkdirSync(join(disk, "home"));
    execFileSync("mount", ["-o", "remount,ro", disk]);
    onTestFinished(() => void execFileSync("mount", ["-o", "remount,rw", disk]));
    const world = await makeWorld();
    plant(world.home, smallInstallation);
    const archive = join(world.archives, "a.ocbak");
    await world.ocbak(["create", "--quiet", "-o", archive]);
    const restored = await world.ocbak(["restore", "--home", join(disk, "home"), archive]);
    const created = await world.ocbak(["create", "-o", disk]);
    for (const { status, err } of [restored, created]) {
      expect(status).toBe(26);
      expect(err).toMatch(/^ocbak: error: .*\nocbak: hint: .*read-only/m);
    }
    expect(readdirSync(disk)).toEqual(["home"]);
  });
});
