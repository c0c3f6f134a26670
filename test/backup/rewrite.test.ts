import { lstatSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { RestoreReport } from "../../src/backup/restore-reports.ts";
import { restoreArchive } from "../../src/backup/restore.ts";
import { Secret } from "../../src/format/secret.ts";
import { agentDatabase, plantOwnDatabase, stateDatabase } from "../support/openclaw-databases.ts";
import { plant } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, type World } from "../support/world.ts";

let world: World;
let archive: string;
let config: string;

beforeEach(async () => {
  world = await makeWorld();
  const { home } = world;
  archive = join(world.archives, "a.ocbak");
  config = `// mine\n{ agents: { defaults: { workspace: '${home}/ws' } }, logging: { file: "${home}x/log" } }\n`;
  plant(home, {
    ".openclaw/openclaw.json": { text: config, mode: 0o600 },
    ".openclaw/portals.json": JSON.stringify({ at: `${home}/portal` }),
    "ws/SOUL.md": `I live in ${home}/ws\n`,
  });
  symlinkSync(join(home, ".openclaw/openclaw.json"), join(home, "ws/config"));
  plantOwnDatabase(join(home, ".openclaw/state/openclaw.sqlite"), {
    ...stateDatabase({ installRecords: { p: { sourcePath: `${home}/p` } } }),
  });
  const db = new DatabaseSync(join(home, ".openclaw/state/openclaw.sqlite"));
  db.prepare("update cron_jobs set store_key = ?").run(`${home}/.openclaw/cron/jobs.json`);
  db.close();
  await world.ocbak(["create", "--quiet", "-r", world.recipient, "-o", archive]);
});

async function restore(home: string, ...args: string[]): Promise<RestoreReport> {
  const ran = await world.ocbak(["restore", "--json", "--home", home, ...args, archive]);
  expect([ran.status, ran.err]).toEqual([0, ""]);
  return JSON.parse(ran.out) as RestoreReport;
}

const text = (...path: string[]): string => readFileSync(join(...path), "utf8");

function storeKeys(home: string): unknown[] {
  const db = new DatabaseSync(join(home, ".openclaw/state/openclaw.sqlite"), { readOnly: true });
  const rows = db.prepare("select distinct store_key from cron_jobs").all();
  const waiting = db.prepare("select count(*) as waiting from delivery_queue_entries").get();
  db.close();
  return [...rows.map((row) => row["store_key"]), waiting!["waiting"]];
}

describe("a restore into another home", () => {
  it("rewrites config, database and links, and says so; notes in a workspace stay", async () => {
    const { home, newHome } = world;
    const report = await restore(newHome);
    expect(text(newHome, ".openclaw/openclaw.json")).toBe(config.replace(`'${home}/ws'`, `'${newHome}/ws'`));
    expect(lstatSync(join(newHome, ".openclaw/openclaw.json")).mode & 0o777).toBe(0o600);
    expect(readlinkSync(join(newHome, "ws/config"))).toBe(join(newHome, ".openclaw/openclaw.json"));
    expect(storeKeys(newHome)).toEqual([`${newHome}/.openclaw/cron/jobs.json`, 0]);
    expect(text(newHome, "ws/SOUL.md")).toBe(`I live in ${home}/ws\n`);
    expect(readdirSync(join(newHome, ".openclaw/state"))).toEqual(["openclaw.sqlite"]);
    const files = report.rewritten.map(({ file }) => file);
    expect(new Set(files)).toEqual(
      new Set([
        "state/openclaw.json",
        "state/portals.json",
        "state/state/openclaw.sqlite",
        "workspace.main/config",
      ]),
    );
    expect(report.left).toEqual([]);
    expect(report.warnings).toEqual([expect.stringContaining("messages that waited to be sent (1)")]);
    expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  it("is told beforehand by a dry run: which places, files, databases and links, and then it is so", async () => {
    const { home, newHome } = world;
    const planned = (await restore(newHome, "--dry-run")).toRewrite;
    expect(planned).toEqual({
      moves: [{ from: home, to: newHome }],
      files: ["state/openclaw.json", "state/portals.json"],
      databases: ["state/state/openclaw.sqlite"],
      links: 1,
    });
    expect((await restore(newHome, "--dry-run", "--no-rewrite-paths")).toRewrite).toBeNull();
    const apart = await restore(newHome, "--dry-run", "--state-dir", join(newHome, "elsewhere"));
    expect(apart.toRewrite?.moves).toEqual([
      { from: join(home, ".openclaw"), to: join(newHome, "elsewhere") },
      { from: home, to: newHome },
    ]);
    expect((await restore(home, "--replace", "--dry-run")).toRewrite).toBeNull();
    const { rewritten, toRewrite } = await restore(newHome);
    expect(toRewrite).toBeNull();
    const gone = new Set([...planned!.files, ...planned!.databases, "workspace.main/config"]);
    expect(new Set(rewritten.map(({ file }) => file))).toEqual(gone);
  });

  it("leaves all as it was with --no-rewrite-paths, and says what that means", async () => {
    const { home, newHome } = world;
    const report = await restore(newHome, "--no-rewrite-paths", "--allow-outside-links");
    expect(text(newHome, ".openclaw/openclaw.json")).toBe(config);
    expect(readlinkSync(join(newHome, "ws/config"))).toBe(join(home, ".openclaw/openclaw.json"));
    expect(storeKeys(newHome)).toEqual([`${home}/.openclaw/cron/jobs.json`, 1]);
    expect(report.rewritten).toEqual([]);
    expect(report.hints[0]).toContain("still name the old places");
  });

  it("rewrites of single files what was asked for", async () => {
    const { home, newHome } = world;
    plant(newHome, { ".openclaw/openclaw.json": `{ mine: "${home}" }` });
    const report = await restore(newHome, "--only", "state/portals.json");
    expect(text(newHome, ".openclaw/portals.json")).toBe(JSON.stringify({ at: `${newHome}/portal` }));
    expect(text(newHome, ".openclaw/openclaw.json")).toBe(`{ mine: "${home}" }`);
    expect(report.rewritten).toEqual([{ file: "state/portals.json", from: home, to: newHome, count: 1 }]);
  });
});

describe("a restore to the old places", () => {
  it("rewrites nothing", async () => {
    const { home } = world;
    const captured = await world.ocbak(["cat", archive, "state/state/openclaw.sqlite"]);
    const report = await restore(home, "--replace");
    expect(text(home, ".openclaw/openclaw.json")).toBe(config);
    expect(readFileSync(join(home, ".openclaw/state/openclaw.sqlite")).equals(captured.bytes)).toBe(true);
    expect([report.rewritten, report.left]).toEqual([[], []]);
  });
});

describe("a restore that is aborted while it rewrites", () => {
  it("ends before the next step, and leaves the target as it was", async () => {
    const { home, newHome, identityFile } = world;
    const two = join(world.archives, "two.ocbak");
    plantOwnDatabase(
      join(home, ".openclaw/agents/main/agent/openclaw-agent.sqlite"),
      agentDatabase("main", 3),
    );
    await world.ocbak(["create", "--quiet", "-r", world.recipient, "-o", two]);
    plant(newHome, { ".openclaw/openclaw.json": "{ mine: true }" });
    const before = walkTree(newHome);
    const enough = new Error("enough");
    const abort = new AbortController();
    const context = world.context({ signal: abort.signal });
    const keys = { identities: [new Secret(readFileSync(identityFile, "utf8").trim())] };
    const inWork = new Set<string>();
    let watch: NodeJS.Immediate;
    const look = (): void => {
      for (const name of databasesInWork(newHome)) inWork.add(name);
      if (inWork.size > 0) abort.abort(enough);
      watch = setImmediate(look);
    };
    look();
    onTestFinished(() => clearImmediate(watch));
    const restoring = restoreArchive(two, { keys, home: newHome, replace: true }, context);
    await expect(restoring).rejects.toBe(enough);
    expect([...inWork]).toEqual(["openclaw-agent.sqlite"]);
    expect(walkTree(newHome)).toEqual(before);
  });
});

/** The staged databases that SQLite holds locked. */
function databasesInWork(home: string): string[] {
  const locks = readFileSync("/proc/locks", "utf8");
  const names = readdirSync(home, { recursive: true, encoding: "utf8" });
  const databases = names.filter((name) => name.endsWith(".sqlite"));
  return databases
    .filter((name) => locks.includes(`:${lstatSync(join(home, name)).ino} `))
    .map((name) => basename(name));
}
