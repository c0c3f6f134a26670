import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { differences, parseShape } from "../support/documented-shape.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, namesIn, type World } from "../support/world.ts";

const docs = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
const shape = parseShape(/`--all-profiles`.* Its JSON: `(.*?)`/.exec(docs)![1]!);

interface Answer {
  readonly backups: readonly {
    readonly profile: string | null;
    readonly stateDir: string;
    readonly exitStatus: number;
    readonly report: { readonly archive: string; readonly stateDir: string } | null;
    readonly error: { readonly code: string } | null;
  }[];
}

async function all(world: World, argv: readonly string[] = [], env = {}) {
  const ran = await world.ocbak(["create", "--all-profiles", "--json", "-o", world.archives, ...argv], {
    env,
  });
  const value = JSON.parse(ran.out) as Answer;
  expect(differences(value, shape)).toEqual([]);
  return { ...ran, backups: value.backups };
}

async function three(): Promise<World> {
  const world = await makeWorld();
  plant(world.home, {
    ".openclaw/openclaw.json": "{}",
    ".openclaw/workspace/A.md": "default",
    ".openclaw-work/openclaw.json": "{}",
    ".openclaw-work/workspace/A.md": "work",
    ".clawdbot/clawdbot.json": "{}",
    ".clawdbot/workspace/A.md": "old",
  });
  return world;
}

describe("create --all-profiles", () => {
  it("makes one archive of each, under names that do not collide", async () => {
    const world = await three();
    const { status, backups } = await all(world);
    expect(status).toBe(0);
    expect(backups.map(({ profile, stateDir }) => [profile, stateDir.replace(world.home, "~")])).toEqual([
      [null, "~/.clawdbot"],
      [null, "~/.openclaw"],
      ["work", "~/.openclaw-work"],
    ]);
    expect(namesIn(world.archives)).toEqual([
      "openclaw-testhost-20260304T050607Z-2.ocbak",
      "openclaw-testhost-20260304T050607Z.ocbak",
      "openclaw-work-testhost-20260304T050607Z.ocbak",
    ]);
    for (const { report, stateDir } of backups) {
      expect(report!.stateDir).toBe(stateDir);
      expect((await world.ocbak(["verify", report!.archive])).status).toBe(0);
    }
  });

  it("goes on after one that fails, and exits with the worst", async () => {
    const world = await three();
    writeFileSync(join(world.home, ".openclaw/openclaw.json"), "{broken");
    const { status, backups } = await all(world);
    expect(status).toBe(1);
    expect(backups.map(({ exitStatus, error }) => [exitStatus, error?.code])).toEqual([
      [0, undefined],
      [1, "bad-config"],
      [0, undefined],
    ]);
    expect(namesIn(world.archives)).toHaveLength(2);
  });

  it("says of each profile how it went", async () => {
    const world = await three();
    writeFileSync(join(world.home, ".openclaw/openclaw.json"), "{broken");
    const { out, err, status } = await world.ocbak(["create", "--all-profiles", "-o", world.archives]);
    expect(status).toBe(1);
    expect(out).toMatch(/^Profile default:\n.*\nVerified: .*\n\nProfile work:\n/s);
    expect(err).toContain("ocbak: error: profile default: the config file ");
    const quiet = await world.ocbak(["create", "--all-profiles", "-q", "-o", world.newHome]);
    expect([quiet.status, quiet.out]).toEqual([1, ""]);
  });

  it("takes the installation of the environment too, with its variables", async () => {
    const world = await three();
    plant(world.home, {
      "srv/state/x": "",
      "etc/oc.json": "{agents: {entries: {a: {workspace: '~/ws'}}}}",
      "ws/A.md": "",
    });
    const { backups } = await all(world, [], {
      OPENCLAW_STATE_DIR: "srv",
      OPENCLAW_CONFIG_PATH: "etc/oc.json",
    });
    expect(backups.map(({ stateDir }) => stateDir.replace(world.home, "~"))).toEqual([
      "~/srv",
      "~/.clawdbot",
      "~/.openclaw",
      "~/.openclaw-work",
    ]);
    expect(backups.map(({ report }) => report)).toMatchObject([
      { workspaces: [{ path: join(world.home, "ws") }] },
      { workspaces: [{ agents: ["main"] }] },
      { workspaces: [{ agents: ["main"] }] },
      { workspaces: [{ agents: ["main"] }] },
    ]);
  });

  it("is 10 without any installation, and where the directory is not there", async () => {
    const world = await makeWorld();
    expect((await world.ocbak(["create", "--all-profiles"])).status).toBe(10);
    plant(world.home, { ".openclaw/openclaw.json": "{}" });
    const nowhere = join(world.archives, "nowhere");
    expect((await world.ocbak(["create", "--all-profiles", "-o", nowhere])).status).toBe(10);
    mkdirSync(nowhere);
    expect((await world.ocbak(["create", "--all-profiles", "-o", nowhere])).status).toBe(0);
  });

  it.each([
    ["--profile", "work"],
    ["--state-dir", "x"],
    ["-o", "-"],
  ])("does not go with %s %s", async (...flags) => {
    const { status } = await (await three()).ocbak(["create", "--all-profiles", ...flags]);
    expect(status).toBe(2);
  });
});

describe("create --state-only", () => {
  it("backs up an installation with a broken config, and says what that leaves out", async () => {
    const world = await makeWorld();
    plant(world.home, {
      ".openclaw/openclaw.json":
        "{agents: {entries: {a: {workspace: '~/ws', agentDir: '~/.openclaw/workspace/a'}}},,",
      ".openclaw/workspace/a/auth.json": "an agent's own",
      ".openclaw/credentials/x": "secret",
      "ws/A.md": "not found",
    });
    const archive = join(world.archives, "a.ocbak");
    const refused = await world.ocbak(["create", "-o", archive]);
    expect(refused.status).toBe(1);
    expect(refused.err).toMatch(/openclaw.json is not JSON5: line 1, column \d+\n.*--state-only/s);
    const { status, err } = await world.ocbak(["create", "--state-only", "-o", archive]);
    expect(status).toBe(0);
    expect(err).toMatch(/^ocbak: warning: the config file .* was not read: .* are NOT in this backup\n$/);
    const { entries } = JSON.parse((await world.ocbak(["ls", archive, "--json"])).out) as {
      entries: { path: string; section: string; type: string }[];
    };
    const files = entries.filter(({ type }) => type === "file");
    expect(files.map(({ path, section }) => `${section} ${path}`)).toEqual([
      "sealed state/credentials/x",
      "sealed state/openclaw.json",
      "sealed state/workspace/a/auth.json",
    ]);
    expect((await world.ocbak(["show", "--state-only"])).out).toMatch(
      /^WARNING: the config file .* was not read/,
    );
  });
});
