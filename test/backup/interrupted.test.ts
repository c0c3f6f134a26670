import { closeSync, existsSync, ftruncateSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { smallInstallation } from "../support/installation.ts";
import { killCreates, killRestores, worldToKill } from "../support/kills.ts";
import { start, until } from "../support/program.ts";
import { plant } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, namesIn, type World } from "../support/world.ts";

/** An installation that takes a while to read, and next to no room. */
async function slowWorld(mebibytes: number): Promise<World> {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  const fd = openSync(join(world.home, ".openclaw/sparse"), "w");
  ftruncateSync(fd, mebibytes * 1024 * 1024);
  closeSync(fd);
  return world;
}

const signals = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

describe.each(signals)("%s", (signal, expected) => {
  it(`ends create with ${expected}, and leaves no archive and nothing half-made`, async () => {
    const world = await slowWorld(256);
    const { child, ended } = start(world, ["create", "-o", world.archives]);
    const work = join(world.home, ".cache/ocbak");
    await until(() => existsSync(work) && readdirSync(world.archives).length > 0, "the capture is begun");
    await setTimeout(50);
    child.kill(signal);
    expect(await ended).toMatchObject({ status: expected, out: "" });
    expect(namesIn(world.archives)).toEqual([]);
    expect(namesIn(work)).toEqual([]);
  });

  it(`ends restore with ${expected}, and leaves the target as it was`, async () => {
    const world = await slowWorld(64);
    const archive = join(world.archives, "a.ocbak");
    await world.ocbak(["create", "--quiet", "--no-verify", "-o", archive]);
    plant(world.newHome, { ".openclaw/mine": "mine" });
    const before = walkTree(world.newHome);
    const { child, ended } = start(world, ["restore", "--replace", "--home", world.newHome, archive]);
    await until(() => readdirSync(world.newHome).length > 1, "the restore is begun");
    child.kill(signal);
    expect(await ended).toMatchObject({ status: expected, out: "" });
    expect(walkTree(world.newHome)).toEqual(before);
  });
});

describe("SIGKILL at any moment", () => {
  it("leaves no file under a finished name that is not a whole archive, and the next create works", async () => {
    const world = await worldToKill();
    const tally = await killCreates(world, 2);
    expect(tally.wrong).toEqual([]);
  });

  it("leaves a restore's target as it was, or complete, and the next restore works", async () => {
    const world = await worldToKill();
    const tally = await killRestores(world, 2);
    expect(tally.wrong).toEqual([]);
  });
});
