import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { smallInstallation } from "../support/installation.ts";
import { canBecomeNobody } from "../support/nobody.ts";
import { type Ended, giveTo, start } from "../support/program.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { plant } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, namesIn, type Ran, type World } from "../support/world.ts";

let world: World;
let archive: string;
let stateDir: string;

/** Of the small installation, by what its own files say: state, nested workspace, workspace elsewhere. */
function restoredAt(state: string, workspace = join(world.newHome, "projects/bob")): boolean[] {
  const files = [join(state, "credentials/oauth.json"), join(state, "workspace/MEMORY.md")];
  return [...files, join(workspace, "MEMORY.md")].map((file) => existsSync(file));
}
const everything = [true, true, true];

beforeEach(async () => {
  world = await makeWorld();
  plant(world.home, smallInstallation);
  archive = join(world.archives, "a.ocbak");
  stateDir = join(world.newHome, ".openclaw");
  await world.ocbak(["create", "--quiet", "-o", archive]);
});

function restore(...args: readonly string[]): Promise<Ran> {
  return world.ocbak(["restore", "--quiet", "--home", world.newHome, ...args, archive]);
}

function undo(...args: readonly string[]): Promise<Ran> {
  return world.ocbak(["restore", "--undo", "--quiet", "--home", world.newHome, ...args]);
}

/** Refused with 26 and a hint before anything was changed; returns the hint. */
async function refusal(ran: Ran | Promise<Ran>, reason: RegExp): Promise<string> {
  const { status, err } = await ran;
  expect([status, err]).toEqual([26, expect.stringMatching(reason)]);
  return /^ocbak: hint: (.*)$/m.exec(err)![1]!;
}

describe("a ~/.openclaw that is a link", () => {
  it("is refused, and going where it leads, as the hint says, puts everything where OpenClaw finds it", async () => {
    const elsewhere = join(world.newHome, "data/claw");
    plant(world.newHome, { "data/claw/mine": "mine", ".openclaw": { to: "data/claw" } });
    const before = walkTree(world.newHome);
    const hint = await refusal(restore("--replace"), /\.openclaw is a symbolic link to /);
    expect(walkTree(world.newHome)).toEqual(before);
    const flag = /\((--state-dir \S+)\)/.exec(hint)![1]!.split(" ");
    expect(await restore("--replace", ...flag)).toMatchObject({ status: 0, err: "" });
    expect(lstatSync(stateDir).isSymbolicLink()).toBe(true);
    expect(restoredAt(stateDir)).toEqual(everything);
    expect((await undo(...flag)).status).toBe(0);
    expect(namesIn(elsewhere)).toEqual(["mine"]);
  });

  it("where a workspace is to go is refused, and the flag of the hint is that workspace's", async () => {
    plant(world.newHome, { "notes/mine": "mine", "projects/bob": { to: "../notes" } });
    const hint = await refusal(restore("--replace"), /projects\/bob is a symbolic link to /);
    const flag = /\((--workspace \S+)\)/.exec(hint)![1]!.split(" ");
    expect(await restore("--replace", ...flag)).toMatchObject({ status: 0, err: "" });
    expect(restoredAt(stateDir)).toEqual(everything);
  });

  it("in a circle is refused", async () => {
    plant(world.newHome, { ".openclaw": { to: ".openclaw" } });
    const hint = await refusal(restore("--replace"), /leads through links in a circle/);
    expect(hint).toMatch(/^remove the link/);
    rmSync(stateDir);
    expect((await restore()).status).toBe(0);
  });

  it("to nowhere is refused, and the hint names a place that can be restored to", async () => {
    plant(world.newHome, { ".openclaw": { to: "data/claw" } });
    const hint = await refusal(restore("--replace"), /is a symbolic link to .*data\/claw/);
    const flag = /\((--state-dir \S+)\)/.exec(hint)![1]!.split(" ");
    expect(await restore("--replace", ...flag)).toMatchObject({ status: 0, err: "" });
    expect(restoredAt(stateDir)).toEqual(everything);
  });
});

/** A disk of its own, seen at `place`. */
function mountAt(context: TestContext, place: string): string {
  const disk = mountSmallDisk(context, "8m");
  mkdirSync(place, { recursive: true });
  execFileSync("mount", ["--bind", disk, place]);
  onTestFinished(() => void spawnSync("umount", ["-l", place]));
  return disk;
}

describe("a state dir on a disk of its own", () => {
  it("that is a mount point is refused; inside it, as the hint says, there is a place", async (context) => {
    mountAt(context, stateDir);
    plant(stateDir, { mine: "mine" });
    const hint = await refusal(restore("--replace"), /\.openclaw is a mount point/);
    expect([hint, namesIn(stateDir)]).toEqual([
      expect.stringContaining("directory inside it (--state-dir DIR)"),
      ["mine"],
    ]);
    const inside = join(stateDir, "state");
    expect(await restore("--state-dir", inside)).toMatchObject({ status: 0, err: "" });
    expect(restoredAt(inside)).toEqual(everything);
  });

  it("can be restored to once it is unmounted, as the hint says", async (context) => {
    const disk = mountAt(context, stateDir);
    expect(await refusal(restore("--replace"), /is a mount point/)).toMatch(/^unmount it first/);
    execFileSync("umount", [stateDir]);
    expect(await restore("--replace")).toMatchObject({ status: 0, err: "" });
    expect([restoredAt(stateDir), namesIn(disk)]).toEqual([everything, []]);
  });

  it("that holds one is refused, and nothing of what is mounted there is touched", async (context) => {
    mountAt(context, join(stateDir, "workspace"));
    plant(stateDir, { "workspace/mine": "mine" });
    await refusal(restore("--replace"), /holds the mount point .*workspace/);
    await refusal(restore("--replace", "--only", "workspace.main"), /is a mount point/);
    expect(namesIn(join(stateDir, "workspace"))).toEqual(["mine"]);
  });

  it("than that of the home takes the state, while the rest goes into the home", async (context) => {
    const disk = mountSmallDisk(context, "8m");
    plant(disk, { "claw/mine": "mine" });
    const ran = await restore("--replace", "--state-dir", join(disk, "claw"));
    expect(ran).toMatchObject({ status: 0, err: "" });
    expect(restoredAt(join(disk, "claw"))).toEqual(everything);
    expect(namesIn(world.newHome).filter((name) => !name.includes(".ocbak-undo-"))).toEqual(["projects"]);
    expect((await undo("--state-dir", join(disk, "claw"))).status).toBe(0);
    expect(namesIn(join(disk, "claw"))).toEqual(["mine"]);
    expect(existsSync(join(world.newHome, "projects/bob"))).toBe(false);
  });
});

/** Another user's places, into which they restore themselves. */
function asNobody(...args: readonly string[]): Promise<Ended> {
  const argv = ["restore", "--quiet", "--home", world.newHome, ...args, archive];
  return start(world, argv, { asNobody: true }).ended;
}

/** Refused with the command for root, which is then run: it must put everything in place, all of it the user's. */
async function asRootInstead(refused: Ended, reason: RegExp, ...args: readonly string[]): Promise<void> {
  expect([refused.status, refused.err]).toEqual([26, expect.stringMatching(reason)]);
  const [node, script, command, , ...owner] = /: sudo (.*)$/m
    .exec(refused.err)![1]!
    .replace("USER", "65534")
    .split(" ");
  expect([node, script].map((file) => existsSync(file!))).toEqual([true, true]);
  expect([command, await restore(...owner, ...args)]).toEqual([
    "restore",
    expect.objectContaining({ status: 0, err: "" }),
  ]);
  expect(restoredAt(stateDir)).toEqual(everything);
  const strangers = ["-not", "-user", "65534", "-o", "-not", "-group", "65534"];
  const restored = [stateDir, join(world.newHome, "projects")];
  expect(execFileSync("find", [...restored, ...strangers], { encoding: "utf8" })).toBe("");
}

describe.runIf(canBecomeNobody)(
  "what a user may not change is refused before anything is written, and root can",
  () => {
    it("a home that is closed to writing", async () => {
      giveTo(dirname(world.home));
      chmodSync(world.newHome, 0o555);
      await asRootInstead(await asNobody(), /new cannot be written to/);
      expect(lstatSync(stateDir)).toMatchObject({ uid: 65_534, gid: 65_534 });
    });

    it.each([
      ["closed", 0, /the way to .*\.openclaw\/workspace is closed/],
      ["read-only, with a program in it", 0o500, /\.openclaw cannot be changed/],
    ])("a state dir that is %s", async (_, mode, reason) => {
      plant(world.newHome, { ".openclaw/tools/node": "the program" });
      giveTo(dirname(world.home));
      chmodSync(stateDir, mode);
      await asRootInstead(await asNobody("--replace"), reason, "--replace");
      expect(readFileSync(join(stateDir, "tools/node"), "utf8")).toBe("the program");
    });

    it("a program in the state dir that was installed by root", async () => {
      plant(world.newHome, { ".openclaw/tools/node": "the program" });
      giveTo(dirname(world.home));
      execFileSync("chown", ["-R", "0:0", join(stateDir, "tools")]);
      const refused = await asNobody("--replace");
      expect([refused.status, refused.err]).toEqual([
        26,
        expect.stringMatching(/\.openclaw\/tools cannot be changed/),
      ]);
      expect(namesIn(world.newHome)).toEqual([".openclaw"]);
    });

    it("but a state dir of root's in one's own home is put aside", async () => {
      plant(world.newHome, { ".openclaw/openclaw.json": "{}" });
      giveTo(dirname(world.home));
      execFileSync("chown", ["-R", "0:0", stateDir]);
      expect(await asNobody("--replace")).toMatchObject({ status: 0, err: "" });
      expect(restoredAt(stateDir)).toEqual(everything);
    });
  },
);

it.runIf(canBecomeNobody)(
  "an immutable state dir is refused, and can be restored to once it is not",
  async (context) => {
    plant(world.newHome, { ".openclaw/openclaw.json": "{}" });
    const ran = spawnSync("chattr", ["+i", stateDir]);
    if (ran.status !== 0) context.skip("this file system has no immutable directories");
    onTestFinished(() => void spawnSync("chattr", ["-i", stateDir]));
    const hint = await refusal(restore("--replace"), /\.openclaw cannot be changed/);
    expect(hint).toContain("immutable");
    execFileSync("chattr", ["-i", stateDir]);
    expect(await restore("--replace")).toMatchObject({ status: 0, err: "" });
  },
);
