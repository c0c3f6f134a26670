import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createWhile } from "../support/create-while.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { plant, type Tree } from "../support/tree.ts";
import { makeWorld, type World } from "../support/world.ts";

const secret = "OF-ANOTHER-USER";

const tree: Tree = {
  ".openclaw/openclaw.json": "{}",
  ".openclaw/agents/deep/a": "a",
  ".openclaw/agents/deep/link": { to: "a" },
  ".openclaw/memory/main.sqlite": { rows: 3 },
  ".openclaw/workspace/a.md": "a",
  ".openclaw/workspace/notes/b.md": "b",
  "elsewhere/deep/a": secret,
  "elsewhere/deep/link": { to: secret },
  "elsewhere/a": secret,
  "elsewhere/b.md": secret,
  "elsewhere/main.sqlite": { rows: 99 },
};

async function plantedWorld(): Promise<World> {
  const world = await makeWorld();
  plant(world.home, tree);
  return world;
}

interface Case {
  readonly what: string;
  readonly act: (at: (path: string) => string) => void;
  readonly unreadable: readonly string[];
}

/** As if a user turned the folder into a link while root backs up. */
function turn(folder: string, target: string): void {
  renameSync(folder, `${folder}-kept`);
  symlinkSync(target, folder);
}

const cases: readonly Case[] = [
  {
    what: "a folder of the state dir that becomes a link is not gone into",
    act: (at) => turn(at("agents"), "../elsewhere"),
    unreadable: ["state/agents/deep", "state/agents/deep/a", "state/agents/deep/link"],
  },
  {
    what: "a folder with a database that becomes a link is not gone into",
    act: (at) => turn(at("memory"), "../elsewhere"),
    unreadable: ["state/memory/main.sqlite"],
  },
  {
    what: "a folder of a workspace that becomes a link is not gone into",
    act: (at) => turn(at("workspace/notes"), "../../elsewhere"),
    unreadable: ["workspace.main/notes/b.md"],
  },
  {
    what: "a workspace that is removed is missed, not deleted",
    act: (at) => rmSync(at("workspace"), { recursive: true }),
    unreadable: ["workspace.main", "workspace.main/a.md", "workspace.main/notes/b.md"],
  },
  {
    what: "from another folder in a workspace's place nothing is taken",
    act: (at) => {
      renameSync(at("workspace"), at("../workspace-kept"));
      cpSync(at("../workspace-kept"), at("workspace"), { recursive: true });
    },
    unreadable: ["workspace.main", "workspace.main/a.md", "workspace.main/notes/b.md"],
  },
  {
    what: "a workspace that becomes a link is not gone into",
    act: (at) => turn(at("workspace"), "../elsewhere"),
    unreadable: ["workspace.main", "workspace.main/a.md", "workspace.main/notes/b.md"],
  },
];

describe("while the backup runs", () => {
  it.each(cases)("$what, and the backup is incomplete", async ({ act, unreadable }) => {
    const world = await plantedWorld();
    const { report, entries, archive, plain } = await createWhile(world, act);
    const missed = Object.keys(entries).filter((path) => entries[path]!.endsWith(" unreadable"));
    expect(missed.filter((path) => !path.endsWith("notes")).sort()).toEqual(unreadable);
    expect(report).toMatchObject({ complete: false, verified: "full" });
    const reasons = report.findings.flatMap(({ path, reason }) =>
      unreadable.includes(path) ? [reason] : [],
    );
    expect(reasons.filter((reason) => !/symbolic link now|folder that is backed up/.test(reason))).toEqual(
      [],
    );
    expect(plain.includes(secret)).toBe(false);
    expect((await world.ocbak(["verify", archive])).status).toBe(3);
    const restored = await world.ocbak(["restore", "--quiet", "--home", world.newHome, archive]);
    expect([restored.status, restored.err]).toEqual([0, ""]);
    const grep = ["-rc", secret, world.newHome];
    expect(() => execFileSync("grep", grep, { stdio: "pipe" })).toThrow(
      expect.objectContaining({ status: 1 }),
    );
  });

  it("a state dir whose disk is unmounted is missed, and the backup incomplete", async (context) => {
    const world = await plantedWorld();
    const disk = mountSmallDisk(context, "1m");
    renameSync(join(world.home, ".openclaw"), join(world.home, "moved"));
    mkdirSync(join(world.home, ".openclaw"));
    execFileSync("mount", ["--bind", disk, join(world.home, ".openclaw")]);
    cpSync(join(world.home, "moved"), join(world.home, ".openclaw"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    const { report, entries, archive } = await createWhile(world, (at) => execFileSync("umount", [at("")]));
    expect(entries["state"]).toMatch(/directory unreadable$/);
    expect(entries["state/openclaw.json"]).toBe("sealed file unreadable");
    expect(entries["workspace.main/a.md"]).toBe("sealed file unreadable");
    expect(report).toMatchObject({ complete: false, entries: { ok: 0, vanished: 0 } });
    expect((await world.ocbak(["verify", archive])).status).toBe(3);
  });

  it("what is mounted inside is missed when it is unmounted", async (context) => {
    const world = await plantedWorld();
    const place = join(world.home, ".openclaw/media");
    mkdirSync(place);
    execFileSync("mount", ["--bind", mountSmallDisk(context, "1m"), place]);
    plant(place, { "deep/a": "a", b: "b" });
    const { report, entries, archive } = await createWhile(world, () => execFileSync("umount", [place]));
    const below = Object.entries(entries).filter(([path]) => path.startsWith("state/media"));
    expect(Object.fromEntries(below)).toEqual({
      "state/media": "sealed directory unreadable",
      "state/media/b": "sealed file unreadable",
      "state/media/deep": "sealed directory unreadable",
      "state/media/deep/a": "sealed file unreadable",
    });
    expect(report.complete).toBe(false);
    expect((await world.ocbak(["verify", archive])).status).toBe(3);
  });

  it("a root that is a file is missed when it is gone", async () => {
    const world = await plantedWorld();
    const env = { OPENCLAW_CONFIG_PATH: join(world.home, "elsewhere.json") };
    plant(world.home, { "elsewhere.json": "{}" });
    const { entries, report } = await createWhile(world, () => rmSync(env.OPENCLAW_CONFIG_PATH), env);
    expect(entries["config"]).toBe("sealed file unreadable");
    expect(report.complete).toBe(false);
  });
});
