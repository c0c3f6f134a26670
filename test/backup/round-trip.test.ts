import { lstatSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CreateReport } from "../../src/backup/reports.ts";
import type { RestoreReport } from "../../src/backup/restore-reports.ts";
import { isPrivate, notTaken, plantInstallation } from "../support/installation.ts";
import { walkTree, type Described } from "../support/walk.ts";
import { makeWorld, namesIn, type World } from "../support/world.ts";

const oldTree = ({ home }: World): Described => treeOf(home);
const newTree = ({ newHome }: World): Described => treeOf(newHome);

/** `projects` is the folder around a workspace, and no part of a backup. */
function treeOf(home: string): Described {
  const { projects: _, ...tree } = walkTree(home, { skip: notTaken, isPrivate });
  return tree;
}

describe("create, verify, restore", () => {
  it("brings an installation back as it was: content, modes, times, links, holes, rows of live databases", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    const archive = join(world.archives, "a.ocbak");

    const created = await world.ocbak(["create", "--json", "-o", archive]);
    expect([created.status, created.err]).toEqual([0, ""]);
    const report = JSON.parse(created.out) as CreateReport;
    expect(report).toMatchObject({ archive, complete: true, verified: "full", profile: null });
    expect(report.workspaces).toEqual([
      { agents: ["main"], path: join(world.home, ".openclaw/workspace") },
      { agents: ["bob"], path: join(world.home, "projects/bob") },
    ]);

    expect(await world.ocbak(["verify", archive], { keyless: true })).toMatchObject({
      status: 0,
      out: expect.stringContaining(": intact: "),
    });
    expect(await world.ocbak(["verify", archive])).toMatchObject({
      status: 0,
      out: expect.stringContaining(": full: "),
    });

    const before = oldTree(world);
    const restored = await world.ocbak(["restore", "--json", "--home", world.newHome, archive]);
    expect([restored.status, restored.err]).toEqual([0, ""]);
    expect((JSON.parse(restored.out) as RestoreReport).left).toEqual([]);
    expect(newTree(world)).toEqual(before);
  });

  it("leaves the installation as it was", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    const before = walkTree(world.home);
    await world.ocbak(["create", "--quiet", "-o", world.archives]);
    expect(walkTree(world.home, { skip: /^\.cache$/ })).toEqual(before);
  });

  it("leaves no private copy of a database behind", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    await world.ocbak(["create", "--quiet", "-o", world.archives]);
    expect(namesIn(join(world.home, ".cache/ocbak"))).toEqual([]);
  });

  it("gives the new home nothing but the installation", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    await world.ocbak(["create", "--quiet", "-o", join(world.archives, "a.ocbak")]);
    await world.ocbak(["restore", "--quiet", "--home", world.newHome, join(world.archives, "a.ocbak")]);
    expect(namesIn(world.newHome)).toEqual([".openclaw", "projects"]);
  });

  it("takes the rights of group and others away from all but workspaces", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    await world.ocbak(["create", "--quiet", "-o", join(world.archives, "a.ocbak")]);
    await world.ocbak(["restore", "--quiet", "--home", world.newHome, join(world.archives, "a.ocbak")]);
    const modes = Object.keys(walkTree(world.newHome))
      .filter((path) => isPrivate(path))
      .map((path) => [path, lstatSync(join(world.newHome, path)).mode & 0o077]);
    expect(modes.length).toBeGreaterThan(15);
    expect(modes.filter(([, mode]) => mode !== 0)).toEqual([]);
  });

  it("is repeatable: a backup of what was restored restores to the same again", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    const [first, second] = [join(world.archives, "1.ocbak"), join(world.archives, "2.ocbak")];
    const again = join(world.archives, "again");
    mkdirSync(again);
    await world.ocbak(["create", "--quiet", "-o", first]);
    await world.ocbak(["restore", "--quiet", "--home", world.newHome, first]);
    // The config names workspaces by `~`.
    const env = { HOME: world.newHome, OCBAK_IDENTITY_FILE: world.identityFile };
    const created = await world.ocbak(["create", "--quiet", "-r", world.recipient, "-o", second], { env });
    expect(created).toMatchObject({ status: 0, err: "" });
    const restored = await world.ocbak(["restore", "--quiet", "--home", again, second], { env });
    expect(restored).toMatchObject({ status: 0, err: "" });
    expect(treeOf(again)).toEqual(newTree(world));
  });

  it("leaves links out that lead elsewhere, says so, and makes them when told to", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    symlinkSync("/etc/hostname", join(world.home, ".openclaw/workspace/outside"));
    const archive = join(world.archives, "a.ocbak");
    await world.ocbak(["create", "--quiet", "-o", archive]);
    const without = await world.ocbak(["restore", "--json", "--home", world.newHome, archive]);
    expect(without.status).toBe(0);
    expect((JSON.parse(without.out) as RestoreReport).left).toEqual([
      { file: "workspace.main/outside", path: "/etc/hostname", reason: expect.any(String) },
    ]);
    expect(newTree(world)).not.toHaveProperty(".openclaw/workspace/outside");
    const argv = ["restore", "--quiet", "--allow-outside-links", "--replace", "--home", world.newHome];
    expect((await world.ocbak([...argv, archive])).status).toBe(0);
    expect(newTree(world)).toHaveProperty([".openclaw/workspace/outside"]);
  });

  it("of an installation without any workspace restores to the same", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    rmSync(join(world.home, ".openclaw/workspace"), { recursive: true });
    rmSync(join(world.home, "projects"), { recursive: true });
    const archive = join(world.archives, "a.ocbak");
    expect((await world.ocbak(["create", "--quiet", "-o", archive])).status).toBe(0);
    const before = oldTree(world);
    expect((await world.ocbak(["restore", "--quiet", "--home", world.newHome, archive])).status).toBe(0);
    expect(newTree(world)).toEqual(before);
  });
});
