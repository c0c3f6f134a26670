import { chmod, chown, lstat, mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DATABASES, integrityOf, walBytes } from "./support/databases.ts";
import { startGateway, type Gateway } from "./support/gateway.ts";
import { cronJobs, sessions, stateDir, turn, type Installation } from "./support/installation.ts";
import { ANSWER } from "./support/mock-model.ts";
import { keygen, ocbak, type Report } from "./support/ocbak.ts";
import { CRON_JOB, KEYWORD, makeSource, MOLTY, SCOUT } from "./support/source.ts";
import { printTimings, timed } from "./support/timing.ts";
import { asRestored, differences, strangers, treeOf, type Tree } from "./support/tree.ts";
import { backUpUnderWrites, startWriters } from "./support/under-writes.ts";
import { openWorld, type World } from "./support/world.ts";

/** A conversation of its own is under way during capture, so that those before it are at rest. */
const LIVE_SESSION = "agent:scout:live";
const LIVE = { ok: true, status: "live" };

const stack = new AsyncDisposableStack();
let world: World;
let source: Installation;
let gateway: Gateway;
let identity: string;
let recipient: string;
let created: Report;
let archive: string;
let sourceSessions: Record<string, string>;
let sourceTree: Tree;

beforeAll(async () => {
  world = stack.use(await openWorld());
  source = world.installation(world.before.user, world.before.home);
  gateway = await makeSource(source, world.model.url);
  identity = join(world.archives, "identity.txt");
});

afterAll(async () => {
  await timed("clean up", () => stack.disposeAsync());
  printTimings();
});

beforeEach(({ onTestFailed }) => {
  onTestFailed(() => console.error(gateway.log().slice(-3000)));
});

describe("a real OpenClaw, backed up while its gateway runs", () => {
  afterAll(() => gateway.stop());

  it("is captured with all that was committed, two databases being written to every 5 milliseconds", async () => {
    recipient = await timed("ocbak keygen", () => keygen(world.ocbak, world.before, identity));
    await using writers = await startWriters(world, source, 2000);
    const options = { as: world.before, keys: { recipient, identity } };
    const { report, wrong } = await timed("ocbak create under writes", () =>
      backUpUnderWrites(world, options, writers),
    );
    expect([report.status, report.json["complete"], wrong]).toEqual([0, true, []]);
    expect([writers.agent.hasDied(), writers.thirdParty.hasDied()]).toEqual([false, false]);
  });

  it("is captured and proved while an agent answers and databases are live in WAL mode", async () => {
    const dawdling = world.model.dawdle();
    const answering = turn(source, LIVE_SESSION, "tell me more");
    await dawdling;
    expect(Math.max(...(await walBytes(source)))).toBeGreaterThan(0);
    const args = ["-r", recipient, "-o", world.archives];
    created = await timed("ocbak create", () => ocbak(world.ocbak, world.before, "create", ...args));
    expect(created).toMatchObject({ status: 0, json: { verified: "full" } });
    expect(await answering).toMatchObject({ ok: true });
    archive = String(created.json["archive"]);
  });

  it("misses nothing and takes every database through SQLite", () => {
    const entries = created.json["entries"] as { database: number };
    expect(entries).toMatchObject({ vanished: 0, unreadable: 0 });
    expect(entries.database).toBeGreaterThanOrEqual(DATABASES.length);
  });

  it("goes on undisturbed: live, its sidecars still there, and every file its user's", async () => {
    expect(await gateway.health()).toMatchObject(LIVE);
    expect(await walBytes(source)).toHaveLength(DATABASES.length);
    sourceSessions = await timed("list sessions", () => sessions(source));
    expect(Object.keys(sourceSessions).toSorted()).toEqual([LIVE_SESSION, MOLTY, SCOUT].toSorted());
    await timed("stop the gateway", () => gateway.stop());
    sourceTree = await treeOf(source);
    expect(strangers(sourceTree)).toEqual([]);
  });

  it("gives an archive that is intact to a stranger and full to the holder of the key", async () => {
    expect((await lstat(archive)).mode & 0o7777).toBe(0o600);
    const verify = (...args: string[]) => ocbak(world.ocbak, world.root, "verify", archive, ...args);
    const stranger = await timed("ocbak verify without key", () => verify());
    expect(stranger).toMatchObject({ status: 0, json: { verdict: "intact" } });
    const holder = await timed("ocbak verify with key", () => verify("-i", identity));
    expect(holder).toMatchObject({ status: 0, json: { verdict: "full" } });
  });
});

describe("restored by root for another user with another home, the old home out of reach", () => {
  let target: Installation;
  afterAll(() => gateway.stop());

  it("is the same tree by an independent walk, every entry owned by the new user", async () => {
    target = world.installation(world.after.user, world.after.home);
    await putAway(source.home);
    const { name, uid, gid } = target.user;
    const report = await timed("ocbak restore", () => restore("--owner", name));
    expect(report).toMatchObject({ status: 0, json: { owner: { user: name, uid, gid } } });
    expect(differences(asRestored(sourceTree), await treeOf(target))).toEqual([]);
  });

  it.each(DATABASES)("has a sound %s", async (database) => {
    expect(await integrityOf(join(stateDir(target), database))).toBe("ok");
  });

  it("has a gateway that is live and lists the sessions of the old one", async () => {
    gateway = await timed("start the gateway (moved home)", () => startGateway(target));
    expect(await gateway.health()).toMatchObject(LIVE);
    expect(await timed("list sessions", () => sessions(target))).toEqual(sourceSessions);
  });

  it("has the user's cron jobs, whose rows are keyed by the home", async () => {
    expect(await timed("list cron jobs", () => cronJobs(target))).toContain(CRON_JOB);
  });

  it("answers and remembers in both agents, and nothing comes into being where the old home was", async () => {
    for (const session of [MOLTY, SCOUT]) {
      expect(await timed("hold a turn (moved home)", () => recall(target, session))).toEqual([ANSWER, true]);
    }
    await expect(stat(source.home)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("restored by root for another user at the path of the old home", () => {
  let target: Installation;
  afterAll(() => gateway.stop());

  it("is the same tree by an independent walk, every entry owned by the new user", async () => {
    target = world.installation(world.after.user, source.home);
    const { name, uid, gid } = target.user;
    await mkdir(target.home, { mode: 0o750 });
    await chown(target.home, uid, gid);
    const args = ["--owner", name, "--home", target.home];
    const report = await timed("ocbak restore --home", () => restore(...args));
    expect(report).toMatchObject({ status: 0, json: { owner: { user: name, uid, gid } } });
    expect(differences(asRestored(sourceTree), await treeOf(target))).toEqual([]);
  });
});

async function restore(...args: string[]): Promise<Report> {
  return ocbak(world.ocbak, world.root, "restore", archive, "-i", identity, ...args);
}

/** Asks the agent something; returns the answer, and whether the model was told of the first conversation. */
async function recall(installation: Installation, session: string): Promise<[string, boolean]> {
  const { text } = await turn(installation, session, "what was the word");
  return [text, world.model.lastRequest().includes(KEYWORD)];
}

async function putAway(home: string): Promise<void> {
  await rename(home, `${home}.away`);
  await chmod(`${home}.away`, 0);
  await expect(stat(home)).rejects.toMatchObject({ code: "ENOENT" });
}
