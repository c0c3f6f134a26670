import { spawn } from "node:child_process";
import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { RestoreReport } from "../../src/backup/restore-reports.ts";
import { smallInstallation } from "../support/installation.ts";
import { canBecomeNobody } from "../support/nobody.ts";
import { agentDatabase, plantOwnDatabase } from "../support/openclaw-databases.ts";
import { giveTo, start } from "../support/program.ts";
import { freshDir, plant } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, namesIn, type Ran, type World } from "../support/world.ts";

let world: World;
let archive: string;
let stateDir: string;

beforeEach(async () => {
  world = await makeWorld();
  plant(world.home, smallInstallation);
  archive = join(world.archives, "a.ocbak");
  stateDir = join(world.newHome, ".openclaw");
});

async function create(): Promise<void> {
  const ran = await world.ocbak(["create", "--quiet", "-o", archive]);
  if (ran.status !== 0) throw new Error(ran.err);
}

type Who = "root" | "root for another user" | "that user";

const whose: readonly Who[] = [
  "root",
  ...(canBecomeNobody ? (["root for another user", "that user"] as const) : []),
];

/** Makes the new home that of whom it is restored for. */
function moveIn(who: Who): void {
  if (who === "root for another user") giveTo(world.newHome);
  if (who === "that user") giveTo(dirname(world.home));
}

/** With the options of a restore, or with those of its undo. */
async function restore(
  who: Who,
  ...args: readonly string[]
): Promise<Pick<Ran, "out" | "err"> & { status: number | null }> {
  const owner = who === "root for another user" ? ["--owner", "65534:65534"] : [];
  const what = args.includes("--undo") ? [] : [archive];
  const argv = ["restore", "--json", "--home", world.newHome, ...owner, ...args, ...what];
  return who === "that user" ? start(world, argv, { asNobody: true }).ended : world.ocbak(argv);
}

function stateOf(out: string): RestoreReport["targets"][number] {
  return (JSON.parse(out) as RestoreReport).targets.find(({ root }) => root === "state")!;
}

const server = `import { createInterface } from "node:readline";
for await (const name of createInterface({ input: process.stdin }))
  console.log((await import(process.argv[2] + "/" + name)).default);
`;

describe.each(whose)("the program that runs from the state dir it lies in, restored by %s", (who) => {
  it("lives on through a restore and its undo, and finds its parts where they were", async () => {
    await create();
    const lib = join(stateDir, "tools/node/lib/node_modules/openclaw");
    const parts = ["before", "restored", "undone"].map((name) => [
      `${name}.mjs`,
      `export default "${name}";\n`,
    ]);
    plant(lib, { "server.mjs": server, ...Object.fromEntries(parts) });
    plant(stateDir, { "openclaw.json": "{}", "npm/package.json": "{}" });
    const node = join(stateDir, "tools/node/bin/node");
    putNode(node);
    moveIn(who);
    const child = spawn(node, [join(lib, "server.mjs"), lib], { stdio: ["pipe", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (name: string): Promise<unknown> => {
      child.stdin.write(`${name}.mjs\n`);
      return (await answers.next()).value;
    };
    expect(await ask("before")).toBe("before");
    const { ino } = lstatSync(node);
    const ran = await restore(who, "--replace");
    expect([ran.status, stateOf(ran.out).carried]).toEqual([0, ["npm", "tools"]]);
    expect(existsSync(join(stateDir, "credentials/oauth.json"))).toBe(true);
    expect([await ask("restored"), lstatSync(node).ino]).toEqual(["restored", ino]);
    expect((await restore(who, "--undo")).status).toBe(0);
    expect([await ask("undone"), lstatSync(node).ino, child.exitCode]).toEqual(["undone", ino, null]);
    expect(namesIn(stateDir)).toEqual(["npm", "openclaw.json", "tools"]);
  });
});

/** This Node, in another place. */
function putNode(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(process.execPath, path);
}

describe.each(whose)("a workspace in the state dir, restored by %s", (who) => {
  const mine = { ".openclaw/workspace/mine.md": "mine", ".openclaw/openclaw.json": "{}" };

  it("stays the very one with --only state, through the undo, too", async () => {
    await create();
    plant(world.newHome, mine);
    moveIn(who);
    const workspace = join(stateDir, "workspace");
    const before = [lstatSync(workspace).ino, walkTree(workspace)];
    expect((await restore(who, "--replace", "--only", "state")).status).toBe(0);
    expect([lstatSync(workspace).ino, walkTree(workspace)]).toEqual(before);
    expect(existsSync(join(stateDir, "credentials/oauth.json"))).toBe(true);
    expect((await restore(who, "--undo")).status).toBe(0);
    expect([lstatSync(workspace).ino, walkTree(workspace)]).toEqual(before);
    expect(namesIn(stateDir)).toEqual(["openclaw.json", "workspace"]);
  });

  it("is that of the archive without it, and the old one lies in the old tree", async () => {
    await create();
    plant(world.newHome, mine);
    moveIn(who);
    const ran = await restore(who, "--replace");
    const aside = stateOf(ran.out).replaced!;
    expect([existsSync(join(stateDir, "workspace/MEMORY.md")), namesIn(join(aside, "workspace"))]).toEqual([
      true,
      ["mine.md"],
    ]);
    expect((await restore(who, "--undo")).status).toBe(0);
    expect(namesIn(join(stateDir, "workspace"))).toEqual(["mine.md"]);
  });
});

describe.each(whose)("folders above a place that are not there yet, restored by %s", (who) => {
  it("are made, their owner's and open as others are", async () => {
    await create();
    moveIn(who);
    const deep = join(world.newHome, "a/b/c");
    const to = ["--workspace", `bob=${join(deep, "ws")}`];
    expect((await restore(who, ...to)).status).toBe(0);
    const uid = who === "root" ? process.getuid!() : 65_534;
    for (const folder of [deep, dirname(deep), join(world.newHome, "a")])
      expect([lstatSync(folder).mode & 0o777, lstatSync(folder).uid]).toEqual([0o755, uid]);
    expect(readFileSync(join(deep, "ws/MEMORY.md"), "utf8")).toContain("bob");
  });
});

describe("a root that is a single database", () => {
  let target: string;

  /** An agent's database that only OpenClaw's registry knows of. */
  beforeEach(async () => {
    const path = join(world.home, "stores/own.sqlite");
    plantOwnDatabase(join(world.home, ".openclaw/state/openclaw.sqlite"), {
      userVersion: 18,
      tables: { agent_databases: [{ agent_id: "main", path, schema_version: 23, last_seen_at: 1 }] },
    });
    plantOwnDatabase(path, agentDatabase("main", 5));
    target = join(world.newHome, "stores/own.sqlite");
    await create();
  });

  it("is whole after a restore over one with a log of its own, and the old family lies aside together", async () => {
    leaveFamily(target, 40);
    const before = walkTree(dirname(target));
    const refused = await restore("root");
    expect([refused.status, refused.err]).toEqual([26, expect.stringContaining("own.sqlite exists")]);
    const ran = await restore("root", "--replace");
    expect([ran.status, ran.err]).toEqual([0, ""]);
    const { targets } = JSON.parse(ran.out) as RestoreReport;
    const aside = targets.find(({ path }) => path === target)!.replaced!;
    expect(
      namesIn(dirname(target)).filter((name) => name.startsWith("own.sqlite") && !name.includes("before")),
    ).toEqual(["own.sqlite"]);
    expect([sessionsIn(target), sessionsIn(aside)]).toEqual([
      ["ok", 5],
      ["ok", 40],
    ]);
    // Its log in use again, as a gateway leaves it: it must not come to the old one either.
    leaveLog(target);
    expect((await restore("root", "--undo")).status).toBe(0);
    const names = namesIn(dirname(target)).filter((name) => !name.includes("-ocbak-"));
    expect([names, sessionsIn(target)]).toEqual([Object.keys(before), ["ok", 40]]);
  });

  it("does not meet a log that lies there alone", async () => {
    const elsewhere = join(freshDir(), "x.sqlite");
    leaveFamily(elsewhere, 40);
    mkdirSync(dirname(target));
    copyFileSync(`${elsewhere}-wal`, `${target}-wal`);
    const refused = await restore("root");
    expect([refused.status, refused.err]).toEqual([26, expect.stringContaining("own.sqlite-wal exists")]);
    expect((await restore("root", "--replace")).status).toBe(0);
    expect([namesIn(dirname(target)).includes("own.sqlite-wal"), sessionsIn(target)]).toEqual([
      false,
      ["ok", 5],
    ]);
  });
});

/** A database whose last rows are in its log alone, as a program that was killed leaves it. */
function leaveFamily(file: string, sessions: number): void {
  const live = join(freshDir(), "live.sqlite");
  plantOwnDatabase(live, agentDatabase("main", 1));
  using database = new DatabaseSync(live);
  database.exec("PRAGMA wal_autocheckpoint=0");
  const insert = database.prepare(
    "INSERT INTO session_nodes (session_key, current_session_id, entry_json, updated_at) VALUES (?, '', '{}', 1)",
  );
  for (let n = 1; n < sessions; n += 1) insert.run(String(n));
  mkdirSync(dirname(file), { recursive: true });
  for (const ending of ["", "-shm", "-wal"]) copyFileSync(live + ending, file + ending);
}

/** Opens it, writes, and leaves its log beside it. */
function leaveLog(file: string): void {
  const copy = join(freshDir(), "copy.sqlite");
  copyFileSync(file, copy);
  using database = new DatabaseSync(copy);
  database.exec("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE later (x)");
  for (const ending of ["", "-shm", "-wal"]) copyFileSync(copy + ending, file + ending);
}

function sessionsIn(file: string): unknown[] {
  // In place, so that what lies beside it counts; a copy of all of it, so that nothing changes.
  const copy = join(freshDir(), "copy.sqlite");
  for (const ending of ["", "-shm", "-wal"])
    if (existsSync(file + ending)) copyFileSync(file + ending, copy + ending);
  using database = new DatabaseSync(copy);
  const { integrity_check: verdict } = database.prepare("PRAGMA integrity_check").get()!;
  return [verdict, database.prepare("SELECT count(*) AS count FROM session_nodes").get()!["count"]];
}
