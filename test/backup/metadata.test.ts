import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import type { CreateReport, InspectReport, ListedEntry } from "../../src/backup/reports.ts";
import { agentDatabase, plantOwnDatabase, stateDatabase } from "../support/openclaw-databases.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, type World } from "../support/world.ts";

const config = `{
  agents: { entries: { main: {}, scout: { agentDir: '~/ext/scout' }, idle: {} } },
  channels: {
    defaults: {}, telegram: { botToken: '\${BOT_TOKEN}', accounts: { b: {}, a: {} } }, discord: { enabled: false },
  },
  gateway: { auth: { token: '\${GATEWAY_TOKEN}' } },
}`;

function installedIndex(home: string): unknown {
  const npm = `${home}/.openclaw/npm/projects/whatsapp/node_modules/@openclaw/whatsapp`;
  return {
    version: 1,
    installRecords: {
      whatsapp: {
        source: "npm",
        spec: "@openclaw/whatsapp",
        version: "2026.9.6",
        resolvedSpec: "@openclaw/whatsapp@2026.9.6",
        installPath: npm,
      },
      tool: { source: "archive", version: "1.0.0", installPath: `${home}/.openclaw/extensions/tool` },
      gone: { source: "path", sourcePath: "/nowhere/gone", installPath: "/nowhere/gone" },
    },
    plugins: [
      { pluginId: "whatsapp", origin: "global", enabled: true },
      { pluginId: "a2a", origin: "bundled", enabled: true },
      {
        pluginId: "by-hand",
        origin: "global",
        enabled: false,
        rootDir: `${home}/.openclaw/extensions/by-hand`,
      },
    ],
  };
}

async function fullWorld(): Promise<World> {
  const world = await makeWorld();
  const { home } = world;
  plant(home, {
    ".openclaw/openclaw.json": config,
    ".openclaw/.env": "BOT_TOKEN=not-a-real-one\n",
    ".openclaw/credentials/whatsapp/default/creds.json": "{}",
    ".openclaw/npm/projects/whatsapp/node_modules/@openclaw/whatsapp/index.js": "1",
    ".openclaw/extensions/tool/index.js": "1",
    ".openclaw/extensions/tool/node_modules/dep/index.js": "1",
    ".openclaw/extensions/by-hand/index.js": "1",
    ".openclaw/workspace/MEMORY.md": "m",
  });
  plantOwnDatabase(join(home, ".openclaw/state/openclaw.sqlite"), stateDatabase(installedIndex(home)));
  plantOwnDatabase(join(home, ".openclaw/agents/main/agent/openclaw-agent.sqlite"), agentDatabase("main", 3));
  plantOwnDatabase(
    join(home, ".openclaw/agents/scout/agent/openclaw-agent.sqlite"),
    agentDatabase("scout", 2),
  );
  plantOwnDatabase(join(home, "ext/scout/openclaw-agent.sqlite"), agentDatabase("scout", 0));
  return world;
}

async function create(world: World, ...argv: string[]): Promise<{ report: CreateReport; file: string }> {
  const file = join(world.archives, "a.ocbak");
  const { out } = await world.ocbak(["create", "--json", "-o", file, ...argv], {
    env: { USER: "somebody-else", GATEWAY_TOKEN: "not-a-real-one" },
  });
  return { report: JSON.parse(out) as CreateReport, file };
}

async function inspect(world: World, file: string, keyless = false): Promise<InspectReport> {
  const { out } = await world.ocbak(["inspect", "--json", file], { keyless });
  return JSON.parse(out) as InspectReport;
}

describe("what an archive tells of the installation in it", () => {
  it("is its databases with their versions, and what they held when they were captured", async () => {
    const world = await fullWorld();
    const { facts, createdAt } = await inspect(world, (await create(world)).file);
    const agent = { role: "agent", userVersion: 23, schemaVersion: 23, appVersion: "2026.9.6" };
    expect(facts?.databases).toEqual([
      { path: "agent.scout/openclaw-agent.sqlite", agent: "scout", ...agent },
      { path: "state/agents/main/agent/openclaw-agent.sqlite", agent: "main", ...agent },
      { path: "state/agents/scout/agent/openclaw-agent.sqlite", agent: "scout", ...agent },
      {
        path: "state/state/openclaw.sqlite",
        role: "global",
        agent: null,
        userVersion: 18,
        schemaVersion: 18,
        appVersion: "2026.9.6",
      },
    ]);
    expect(facts?.counts).toMatchObject({
      agents: 3,
      sessions: [
        { agent: "main", count: 3 },
        { agent: "scout", count: 2 },
        { agent: "idle", count: 0 },
      ],
      cronJobs: { total: 3, enabled: 2 },
      paired: { devices: 2, nodes: 1 },
    });
    expect(Date.parse(facts!.counts!.countedAt)).toBeGreaterThanOrEqual(Date.parse(createdAt));
  });

  it("counts the sessions that OpenClaw uses: of a registered store, not of a copy or of a cell", async () => {
    const world = await fullWorld();
    const state = join(world.home, ".openclaw");
    plantOwnDatabase(join(state, "stores/own.sqlite"), agentDatabase("main", 10));
    plantOwnDatabase(join(state, "agents/main/agent/copy.sqlite"), agentDatabase("main", 100));
    plantOwnDatabase(
      join(state, "fleet/cells/t/agents/main/agent/openclaw-agent.sqlite"),
      agentDatabase("main", 1000),
    );
    const { facts } = await inspect(world, (await create(world)).file);
    expect(facts?.counts?.sessions[0]).toEqual({ agent: "main", count: 13 });
    expect(facts?.databases?.map(({ path }) => path)).toContain("state/stores/own.sqlite");
  });

  it("is the channels, by config and by login", async () => {
    const world = await fullWorld();
    const { facts } = await inspect(world, (await create(world)).file);
    expect(facts?.counts?.channels).toEqual([
      { name: "discord", enabled: false, accounts: ["default"], logins: [] },
      { name: "telegram", enabled: true, accounts: ["a", "b"], logins: [] },
      { name: "whatsapp", enabled: true, accounts: [], logins: ["default"] },
    ]);
  });

  it("is who owned it, by the user database and not by $USER", async () => {
    const world = await fullWorld();
    const { facts } = await inspect(world, (await create(world)).file);
    const { uid, gid } = statSync(join(world.home, ".openclaw"));
    expect(facts?.owner).toMatchObject({ uid, gid });
    expect(facts?.user?.name).not.toBe("somebody-else");
  });

  it("is what must not be taken back in time, where there is such", async () => {
    const world = await fullWorld();
    const { facts } = await inspect(world, (await create(world)).file);
    expect(facts?.timeTravel?.map(({ path, table }) => [path, table])).toEqual([
      ["state/credentials/whatsapp/**", null],
      ["state/state/openclaw.sqlite", "delivery_queue_entries"],
      ["state/state/openclaw.sqlite", "device_pairing_paired"],
    ]);
  });

  it("is nothing without the key", async () => {
    const world = await fullWorld();
    expect((await inspect(world, (await create(world)).file, true)).facts).toBeNull();
  });

  it("is said to people, too", async () => {
    const world = await fullWorld();
    const { file } = await create(world);
    const { out } = await world.ocbak(["inspect", file]);
    expect(out).toMatch(/database +state\/state\/openclaw.sqlite: schema 18, by OpenClaw 2026.9.6\n/);
    expect(out).toMatch(/holds +3 agents; 5 sessions; 3 cron jobs, 2 of them enabled; 2 paired devices\n/);
    expect(out).toMatch(/channel +discord: default, turned off\n/);
    expect(out).toMatch(/plugin +whatsapp: npm @openclaw\/whatsapp@2026.9.6; its files are NOT here\n/);
    expect(out).toMatch(/needs +BOT_TOKEN: set in a file that is here\n/);
    expect(out).toMatch(/needs +GATEWAY_TOKEN: NOT here: set it on the new machine\n/);
  });
});

describe("what cannot be read", () => {
  it("is null and a warning, and the backup is made", async () => {
    const world = await fullWorld();
    const broken = Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(8192, 7)]);
    writeFileSync(join(world.home, ".openclaw/agents/main/agent/openclaw-agent.sqlite"), broken);
    const { report, file } = await create(world);
    expect(report.warnings.filter((line) => line.includes("was not counted"))).toEqual([
      expect.stringContaining("/agents/main/agent/openclaw-agent.sqlite cannot be read") as unknown,
    ]);
    const { facts } = await inspect(world, file);
    expect(facts?.databases).toContainEqual({
      path: "state/agents/main/agent/openclaw-agent.sqlite",
      role: null,
      agent: null,
      userVersion: null,
      schemaVersion: null,
      appVersion: null,
    });
    expect(facts?.counts?.sessions).toContainEqual({ agent: "main", count: null });
    expect(facts?.counts?.sessions).toContainEqual({ agent: "scout", count: 2 });
  });

  it("is only the part that a newer OpenClaw made otherwise", async () => {
    const world = await fullWorld();
    const db = new DatabaseSync(join(world.home, ".openclaw/state/openclaw.sqlite"));
    db.exec("ALTER TABLE cron_jobs RENAME COLUMN enabled TO state; PRAGMA user_version=99");
    db.close();
    const { report, file } = await create(world);
    expect(report.warnings.join("\n")).toMatch(
      /what is to be counted in .* cannot be read \(no such column: enabled/,
    );
    const { facts } = await inspect(world, file);
    expect(facts?.counts?.cronJobs).toBeNull();
    expect(facts?.plugins).toHaveLength(4);
    expect(facts?.databases).toContainEqual(expect.objectContaining({ userVersion: 99 }));
  });
});

describe("reading the databases", () => {
  it("leaves nothing beside one that nobody has open", async () => {
    const world = await fullWorld();
    const state = join(world.home, ".openclaw/state");
    const before = readdirSync(state);
    await create(world);
    expect(readdirSync(state)).toEqual(before);
  });

  it("counts what a program that runs has only in its log", async () => {
    const world = await fullWorld();
    const live = new DatabaseSync(join(world.home, ".openclaw/agents/main/agent/openclaw-agent.sqlite"));
    onTestFinished(() => live.close());
    live.exec("PRAGMA wal_autocheckpoint=0");
    live.exec(
      "INSERT INTO session_nodes (session_key, current_session_id, entry_json, legacy_acp_migration_json, entry_valid, updated_at, status) VALUES ('agent:main:live', 'x', '{}', NULL, 1, 1, NULL)",
    );
    const { facts } = await inspect(world, (await create(world)).file);
    expect(facts?.counts?.sessions).toContainEqual({ agent: "main", count: 4 });
  });
});

/** As the index has them. */
function pluginsAt(home: string) {
  return {
    byHand: {
      id: "by-hand",
      source: "global",
      spec: null,
      version: null,
      installPath: `${home}/.openclaw/extensions/by-hand`,
      sourcePath: null,
      enabled: false,
    },
    gone: {
      id: "gone",
      source: "path",
      spec: null,
      version: null,
      installPath: "/nowhere/gone",
      sourcePath: "/nowhere/gone",
      enabled: null,
    },
    tool: {
      id: "tool",
      source: "archive",
      spec: null,
      version: "1.0.0",
      installPath: `${home}/.openclaw/extensions/tool`,
      sourcePath: null,
      enabled: null,
    },
    whatsapp: {
      id: "whatsapp",
      source: "npm",
      spec: "@openclaw/whatsapp@2026.9.6",
      version: "2026.9.6",
      installPath: `${home}/.openclaw/npm/projects/whatsapp/node_modules/@openclaw/whatsapp`,
      sourcePath: null,
      enabled: true,
    },
  };
}

describe("the plugins in an archive", () => {
  it("are told with what to install again, and whether their files are here", async () => {
    const world = await fullWorld();
    const { byHand, gone, tool, whatsapp } = pluginsAt(world.home);
    expect((await inspect(world, (await create(world)).file)).facts?.plugins).toEqual([
      { ...byHand, files: "all" },
      { ...gone, files: "none" },
      { ...tool, files: "without-packages" },
      { ...whatsapp, files: "none" },
    ]);
  });

  it("are all there with --include plugins", async () => {
    const world = await fullWorld();
    const { file } = await create(world, "--include", "plugins");
    const { byHand, gone, tool, whatsapp } = pluginsAt(world.home);
    expect((await inspect(world, file)).facts?.plugins).toEqual([
      { ...byHand, files: "all" },
      { ...gone, files: "none" },
      { ...tool, files: "all" },
      { ...whatsapp, files: "all" },
    ]);
    const { out } = await world.ocbak(["ls", "--json", file]);
    const paths = (JSON.parse(out) as { entries: ListedEntry[] }).entries.map(({ path }) => path);
    expect(paths).toContain("state/npm/projects/whatsapp/node_modules/@openclaw/whatsapp/index.js");
    expect(paths).toContain("state/extensions/tool/node_modules/dep/index.js");
  });

  it("are all there with --include plugins where the config dir is elsewhere", async () => {
    const world = await makeWorld();
    plant(world.home, {
      ".openclaw/state/x": "x",
      "etc/openclaw.json": "{}",
      "etc/npm/projects/p/node_modules/p/index.js": "1",
      "etc/extensions/t/node_modules/d/index.js": "1",
    });
    const file = join(world.archives, "a.ocbak");
    const env = { OPENCLAW_CONFIG_PATH: join(world.home, "etc/openclaw.json") };
    await world.ocbak(["create", "-o", file, "--include", "plugins"], { env });
    const { out } = await world.ocbak(["ls", "--json", file]);
    const entries = (JSON.parse(out) as { entries: ListedEntry[] }).entries;
    const whole = entries.filter(({ status }) => status === "ok").map(({ path }) => path);
    expect(whole).toContain("config-dir.npm/projects/p/node_modules/p/index.js");
    expect(whole).toContain("config-dir.extensions/t/node_modules/d/index.js");
  });
});

describe("variables that a backup does not bring along", () => {
  it("are a warning when it is made", async () => {
    const world = await fullWorld();
    const { report } = await create(world);
    expect(report.warnings).toContain(
      "the config needs GATEWAY_TOKEN, which is in no file that is backed up: set it on the new machine",
    );
    expect(report.warnings.join("\n")).not.toContain("BOT_TOKEN");
  });
});
