import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { utimesArgument } from "../../src/disk/times.ts";
import type { RewriteReport } from "../../src/openclaw/rewrite/findings.ts";
import { InstallationRewrite } from "../../src/openclaw/rewrite/rewrite-installation.ts";
import type { PathMove } from "../../src/openclaw/target.ts";
import { describeTree, scratchHome } from "../support/restore.ts";
import { plant } from "../support/tree.ts";

const old = "/home/al";
const now = "/home/bo";
const moves = [
  { from: old, to: now },
  { from: "/srv/ws", to: "/srv/ws" },
];
const sha = (text: string) => createHash("sha256").update(text).digest("hex");

let staging: string;

beforeEach(() => {
  const scratch = scratchHome();
  staging = scratch.home;
  return scratch.remove;
});

async function rewrite(given: readonly PathMove[] = moves): Promise<RewriteReport> {
  const tree = (id: string, base: string, path: string) => ({
    id,
    base: join(staging, base),
    sourcePath: join(given[0]!.from, path),
  });
  const rewriting = new InstallationRewrite({
    moves: given,
    configFile: null,
    timeArgument: utimesArgument,
    realPath: (path) => path.replace("/home/linked/", "/mnt/linked/"),
  });
  return rewriting.run([
    tree("state", "state", ".openclaw"),
    tree("workspace.main", "state/workspace", ".openclaw/workspace"),
    tree("config.include-1", "include", "conf.d/agents.json5"),
  ]);
}

const place = (base: string) => base.replaceAll("@", old);
const files = {
  "state/openclaw.json": place(
    `// of @\n{ logging: { file: '@/log' }, $include: ['./more.json5', '@/conf.d/agents.json5'] }`,
  ),
  "state/openclaw.json.bak.1": place(`{ "a": "@" }`),
  "state/more.json5": place(`{ b: "@/b" }`),
  include: place(`{ c: ['@/c', '/home/alice/c'] }`),
  "state/.env": place("ROOT=@/x\n"),
  "state/skills/one/.openclaw/source-origin.json": place(`{"path":"@/skills/one"}`),
  "state/worktrees/one/.git": place("gitdir: @/repo/.git/worktrees/one\n"),
  "state/workspace/.git/worktrees/two/gitdir": place("@/wt/.git\n"),
  "state/workspace/openclaw.json": place(`{ "mine": "@" }`),
  "state/workspace/NOTES.md": place("@/notes\n"),
  "state/unknown.json": place(`{"x":"@/x"}`),
};

describe("the files of an installation that moves", () => {
  it("name the new places where OpenClaw reads them, and are as they were elsewhere", async () => {
    plant(staging, { ...files, "state/openclaw.json": { text: files["state/openclaw.json"], mode: 0o400 } });
    const time = new Date("2020-01-02T03:04:05.678Z");
    utimesSync(join(staging, "state/openclaw.json"), time, time);
    utimesSync(join(staging, "state"), time, time);
    const before = describeTree(staging);
    const report = await rewrite();
    const changed = [
      ["state/openclaw.json", "'/home/al/log'", "'/home/bo/log'"],
      ["state/openclaw.json", "'/home/al/conf.d", "'/home/bo/conf.d"],
      ["state/openclaw.json.bak.1", old, now],
      ["state/more.json5", old, now],
      ["include", "'/home/al/", "'/home/bo/"],
      ["state/.env", old, now],
      ["state/skills/one/.openclaw/source-origin.json", old, now],
      ["state/worktrees/one/.git", old, now],
      ["state/workspace/.git/worktrees/two/gitdir", old, now],
    ] as const;
    for (const [file, from, to] of changed) before[file] = before[file]!.replace(from, to);
    expect(describeTree(staging)).toEqual(before);
    expect([
      lstatSync(join(staging, "state/openclaw.json")).mtimeMs,
      lstatSync(join(staging, "state")).mtimeMs,
    ]).toEqual([time.getTime(), time.getTime()]);
    expect(report.rewritten.reduce((sum, { count }) => sum + count, 0)).toBe(changed.length);
    expect(report.left.map(({ file, path }) => [file, path])).toEqual([
      ["state/openclaw.json", old],
      ["state/unknown.json", "/home/al/x"],
    ]);
  });

  it("are not opened where no place changes, whatever they name", async () => {
    plant(staging, files);
    plantDatabase("state/state/openclaw.sqlite");
    const before = readdirSync(staging, { recursive: true, encoding: "utf8" }).map(stateOf);
    expect(await rewrite([{ from: old, to: old }])).toEqual({
      rewritten: [],
      touched: [],
      left: [],
      notes: [],
    });
    expect(readdirSync(staging, { recursive: true, encoding: "utf8" }).map(stateOf)).toEqual(before);
  });

  it("are left and told where they cannot be understood", async () => {
    plant(staging, { "state/openclaw.json": place("{ a: '@/x', "), "state/.env": Buffer.from([0xff]) });
    const before = describeTree(staging);
    expect((await rewrite()).left.map(({ file }) => file)).toEqual(["state/.env", "state/openclaw.json"]);
    expect(describeTree(staging)).toEqual(before);
  });
});

/** All of a file or folder but when it was read. */
function stateOf(name: string): unknown {
  const path = join(staging, name);
  const stats = lstatSync(path, { bigint: true });
  return [
    name,
    stats.mtimeNs,
    stats.ctimeNs,
    stats.mode,
    stats.isFile() && sha(readFileSync(path, "latin1")),
  ];
}

const workspace = `${old}/.openclaw/workspace`;
const schema = `
CREATE TABLE schema_meta (meta_key TEXT PRIMARY KEY, role TEXT, schema_version INTEGER, agent_id TEXT, app_version TEXT) STRICT;
CREATE TABLE cron_jobs (store_key TEXT NOT NULL, job_id TEXT NOT NULL, job_json TEXT, PRIMARY KEY (store_key, job_id)) STRICT;
CREATE TABLE agent_databases (agent_id TEXT, path TEXT, PRIMARY KEY (agent_id, path)) STRICT;
CREATE TABLE workspace_setup_state (workspace_key TEXT NOT NULL PRIMARY KEY, workspace_path TEXT) STRICT;
CREATE TABLE workspace_generated_bootstrap_hashes (workspace_key TEXT NOT NULL, filename TEXT NOT NULL, PRIMARY KEY
  (workspace_key, filename), FOREIGN KEY (workspace_key) REFERENCES workspace_setup_state(workspace_key) ON DELETE CASCADE) STRICT;
CREATE TABLE workspace_path_aliases (alias_key TEXT NOT NULL PRIMARY KEY, alias_path TEXT NOT NULL, workspace_key TEXT NOT NULL,
  workspace_path TEXT NOT NULL) STRICT;
CREATE TABLE config_machine_state (state_key TEXT NOT NULL PRIMARY KEY, value_json TEXT NOT NULL) STRICT;
CREATE TABLE plugin_state_entries (plugin_id TEXT NOT NULL, namespace TEXT NOT NULL, entry_key TEXT NOT NULL,
  value_json TEXT NOT NULL, PRIMARY KEY (plugin_id, namespace, entry_key)) STRICT;
CREATE TABLE state_leases (scope TEXT) STRICT;
CREATE TABLE delivery_queue_entries (id TEXT) STRICT;
CREATE TABLE transcript_events (event_json TEXT) STRICT;
CREATE TABLE worktrees (path TEXT) STRICT;
CREATE TABLE surprise (what TEXT) STRICT;
`;

const memory = (path: string, key: string) => ({
  entry_key: `${sha(path)}:${sha(key)}`,
  value_json: JSON.stringify({
    version: 1,
    workspaceKey: sha(path),
    workspaceDir: path,
    key,
    value: 1,
  }),
});

const rows: Readonly<Record<string, readonly (readonly string[])[]>> = {
  schema_meta: [["primary", "global", "18", "", ""]],
  cron_jobs: [
    [`${old}/.openclaw/cron/jobs.json`, "a", `{"n":1.0,"cwd":"${old}/x","message":"in ${old}"}`],
    ["/home/alice/cron/jobs.json", "b", "{}"],
  ],
  agent_databases: [
    ["main", "agents/main/agent/openclaw-agent.sqlite"],
    ["out", `${old}/ext/openclaw-agent.sqlite`],
  ],
  workspace_setup_state: [
    [sha(workspace), workspace],
    [sha("/srv/ws"), "/srv/ws"],
  ],
  workspace_generated_bootstrap_hashes: [[sha(workspace), "SOUL.md"]],
  workspace_path_aliases: [[sha(`${old}/link`), `${old}/link`, sha(workspace), workspace]],
  config_machine_state: [
    [`cron.quarantine:${old}/.openclaw/cron/jobs.json`, "{}"],
    [
      `onboarding.local.${sha(`${old}/.openclaw/openclaw.json`)}`,
      `{"config":"${old}/.openclaw/openclaw.json"}`,
    ],
    ["plugins.installedIndex", `{"installRecords":{"p":{"sourcePath":"${old}/p"}}}`],
  ],
  plugin_state_entries: [
    ["memory-core", "dreaming-x", ...Object.values(memory(workspace, `${workspace}/a.md`))],
    ["other", "x", "k", `{"path":"${old}/other"}`],
  ],
  state_leases: [["gateway-owner"]],
  delivery_queue_entries: [["1"], ["2"]],
  transcript_events: [[`{"cwd":"${old}/x"}`], [`{"cwd":"/home/alice"}`], [`{"cwd":"${old}"}`]],
  worktrees: [[`${old}/wt`]],
  surprise: [[`see ${old}/x`]],
};

function plantDatabase(name: string, version = 18): void {
  const file = join(staging, name);
  mkdirSync(join(file, ".."), { recursive: true });
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode=WAL; ${schema} PRAGMA user_version=${version}`);
  for (const [table, all] of Object.entries(rows))
    for (const row of all)
      db.prepare(`INSERT INTO ${table} VALUES (${row.map(() => "?").join()})`).run(...row);
  db.close();
}

function contents(name: string): Record<string, string[][]> {
  const db = new DatabaseSync(join(staging, name), { readOnly: true });
  const found = Object.keys(rows).map((table) => [
    table,
    db
      .prepare(`SELECT * FROM ${table} ORDER BY rowid`)
      .all()
      .map((row) => Object.values(row).map(String)),
  ]);
  db.close();
  return Object.fromEntries(found) as Record<string, string[][]>;
}

describe("the databases of an installation that moves", () => {
  const name = "state/state/openclaw.sqlite";
  const newWorkspace = `${now}/.openclaw/workspace`;

  it("have the new paths, and the digests of them as keys; what was bound to the old machine is gone", async () => {
    plantDatabase(name);
    await rewrite();
    expect(contents(name)).toEqual({
      ...rows,
      cron_jobs: [
        [`${now}/.openclaw/cron/jobs.json`, "a", `{"n":1.0,"cwd":"${now}/x","message":"in ${old}"}`],
        rows["cron_jobs"]![1],
      ],
      agent_databases: [rows["agent_databases"]![0], ["out", `${now}/ext/openclaw-agent.sqlite`]],
      workspace_setup_state: [[sha(newWorkspace), newWorkspace], rows["workspace_setup_state"]![1]],
      workspace_generated_bootstrap_hashes: [[sha(newWorkspace), "SOUL.md"]],
      workspace_path_aliases: [[sha(`${now}/link`), `${now}/link`, sha(newWorkspace), newWorkspace]],
      config_machine_state: [
        [`cron.quarantine:${now}/.openclaw/cron/jobs.json`, "{}"],
        [
          `onboarding.local.${sha(`${now}/.openclaw/openclaw.json`)}`,
          `{"config":"${now}/.openclaw/openclaw.json"}`,
        ],
        ["plugins.installedIndex", `{"installRecords":{"p":{"sourcePath":"${now}/p"}}}`],
      ],
      plugin_state_entries: [
        ["memory-core", "dreaming-x", ...Object.values(memory(newWorkspace, `${newWorkspace}/a.md`))],
        rows["plugin_state_entries"]![1],
      ],
      state_leases: [],
      delivery_queue_entries: [],
    });
  });

  it("keep journal mode, mode and time, and nothing appears beside them", async () => {
    plantDatabase(name);
    const file = join(staging, name);
    const time = new Date("2020-01-02T03:04:05.678Z");
    utimesSync(file, time, time);
    utimesSync(join(file, ".."), time, time);
    const { mode, ino } = lstatSync(file);
    await rewrite();
    expect(lstatSync(file)).toMatchObject({ mode, ino, mtimeMs: time.getTime() });
    expect(lstatSync(join(file, ".."))).toMatchObject({ mtimeMs: time.getTime() });
    expect([...readFileSync(file).subarray(18, 20)]).toEqual([2, 2]);
    expect(readdirSync(join(file, ".."))).toEqual(["openclaw.sqlite"]);
    const db = new DatabaseSync(file);
    expect(db.prepare("pragma integrity_check").get()).toEqual({ integrity_check: "ok" });
    expect(db.prepare("pragma journal_mode").get()).toEqual({ journal_mode: "wal" });
    db.close();
  });

  it("tell what still names old places: first what to look at, then history by table", async () => {
    plantDatabase(name, 19);
    const { left, notes } = await rewrite();
    expect(left.filter(({ history }) => history)).toEqual([left.at(-1)]);
    expect(left.map(({ path, reason }) => [path, reason.replace(/:.*/, "")])).toEqual([
      ["", "is of a newer schema (19) than this ocbak knows (18)"],
      ["/home/al", "in cron_jobs.job_json of 1 row"],
      ["/home/al/other", "in plugin_state_entries.value_json of 1 row"],
      ["/home/al/x", "in surprise.what of 1 row"],
      ["/home/al/wt", "in worktrees.path of 1 row"],
      ["/home/al", "in transcript_events.event_json of 2 rows"],
    ]);
    expect(notes).toEqual([
      expect.stringContaining(
        "messages that waited to be sent (2) were removed from state/state/openclaw.sqlite",
      ),
    ]);
  });

  it("come back to equal rows on the way back, and a second time changes nothing more", async () => {
    plantDatabase(name);
    await rewrite();
    const there = contents(name);
    expect(await rewrite()).toMatchObject({ rewritten: [], touched: [] });
    expect(contents(name)).toEqual(there);
    await rewrite([{ from: now, to: old }]);
    expect(contents(name)).toEqual({ ...rows, state_leases: [], delivery_queue_entries: [] });
  });

  it("know a workspace by its real path on this machine, and by the alias of one behind links on the old one", async () => {
    plantDatabase(name);
    const db = new DatabaseSync(join(staging, name));
    const real = "/disk2/al/ws";
    const alias = db.prepare("insert into workspace_path_aliases values (?, ?, ?, ?)");
    alias.run(sha(`${old}/ws`), `${old}/ws`, sha(real), real);
    alias.run(sha(real), real, sha(real), real);
    db.prepare("insert into workspace_setup_state values (?, ?)").run(sha(real), real);
    db.close();
    await rewrite([{ from: old, to: "/home/linked" }]);
    const now = "/mnt/linked/ws";
    const found = contents(name);
    expect(found["workspace_path_aliases"]!.filter(([, , , path]) => path === now)).toEqual([
      [sha("/home/linked/ws"), "/home/linked/ws", sha(now), now],
      [sha(now), now, sha(now), now],
    ]);
    expect(found["workspace_setup_state"]).toContainEqual([sha(now), now]);
  });

  it("have a new key also where a workspace that is only attested has no path", async () => {
    plantDatabase(name);
    const db = new DatabaseSync(join(staging, name));
    db.exec("delete from workspace_path_aliases");
    db.prepare("update workspace_setup_state set workspace_path = null where workspace_key = ?").run(
      sha(workspace),
    );
    db.close();
    await rewrite();
    expect(contents(name)["workspace_setup_state"]![0]).toEqual([sha(newWorkspace), "null"]);
  });

  it("are rewritten with what stood in a log beside them", async () => {
    plantDatabase(name);
    const file = join(staging, name);
    const db = new DatabaseSync(file);
    db.exec("pragma wal_autocheckpoint = 0");
    db.prepare("insert into agent_databases values (?, ?)").run("late", `${old}/late.sqlite`);
    const family = ["", "-wal"].map((suffix) => [suffix, readFileSync(file + suffix)] as const);
    db.close();
    for (const [suffix, bytes] of family) plant(staging, { [name + suffix]: bytes });
    await rewrite();
    expect(contents(name)["agent_databases"]!.at(-1)).toEqual(["late", `${now}/late.sqlite`]);
    expect(readdirSync(join(file, ".."))).not.toContain("openclaw.sqlite-journal");
    expect([...readFileSync(file).subarray(18, 20)]).toEqual([2, 2]);
  });

  it("are rewritten beside tables of modules, of which none is loaded or written through", async () => {
    plantDatabase(name);
    const db = new DatabaseSync(join(staging, name), { defensive: false });
    db.exec("create virtual table notes using fts5(body)");
    db.prepare("insert into notes values (?)").run(`see ${old}/note`);
    db.exec("pragma writable_schema = on");
    db.exec(
      "insert into sqlite_schema values ('table', 'vectors', 'vectors', 0, 'create virtual table vectors using vec0(x)')",
    );
    db.close();
    const { left } = await rewrite();
    expect(left.filter(({ reason }) => reason.includes("cannot be"))).toEqual([]);
    expect(contents(name)["cron_jobs"]![0]![0]).toBe(`${now}/.openclaw/cron/jobs.json`);
  });

  it("are as they were where they are not sound", async () => {
    plantDatabase(name);
    const file = join(staging, name);
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 4096, bytes.length);
    plant(staging, { [name]: bytes });
    const { left, rewritten, touched } = await rewrite();
    expect([rewritten, touched]).toEqual([[], []]);
    expect(left).toMatchObject([{ reason: expect.stringContaining("the database cannot be rewritten") }]);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });
});
