import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { startGateway, stopGateway } from "../../src/openclaw/gateway-command.ts";
import { type GatewaySurroundings, gatewayState } from "../../src/openclaw/gateway.ts";
import { makeTree, type Tree } from "./home.ts";

const now = new Date("2026-09-22T12:00:00Z");
const uid = process.getuid!();

interface Machine {
  readonly stateDir: string;
  readonly lock: string;
  readonly database: string;
  readonly surroundings: GatewaySurroundings;
}

async function machine(tree: Tree = {}): Promise<Machine> {
  const home = await makeTree({ "oc/state/": "", "locks/": "", ...tree });
  const database = path.join(home, "oc", "state", "openclaw.sqlite");
  const hash = createHash("sha256").update(database).digest("hex").slice(0, 8);
  const folder = path.join(home, "locks", `openclaw-state-locks-${uid}`);
  return {
    stateDir: path.join(home, "oc"),
    lock: path.join(folder, `gateway-lifecycle.${hash}.lock.sqlite`),
    database,
    surroundings: { uid, hostname: "here", now: () => now, lockBase: path.join(home, "locks") },
  };
}

function makeLock(file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, "");
}

function writeLease(db: DatabaseSync, host: string, expiresInMs: number): void {
  db.exec(
    "create table state_leases (scope text, lease_key text, owner text, expires_at integer, payload_json text)",
  );
  const payload = JSON.stringify({ owner: { pid: 1, host, startedAt: 1 }, port: 18789, mode: "foreground" });
  db.prepare("insert into state_leases values ('gateway-owner', 'global', 'x', ?, ?)").run(
    now.getTime() + expiresInMs,
    payload,
  );
}

/** Another process that holds the lock as a gateway does, killed when the test ends. */
async function holdLock(file: string): Promise<() => Promise<void>> {
  const holder = `
    const { DatabaseSync } = require("node:sqlite");
    const db = new DatabaseSync(process.argv[1]);
    db.exec("BEGIN EXCLUSIVE");
    process.stdout.write("held");
    setInterval(() => db, 1000);`;
  const child = spawn(process.execPath, ["-e", holder, file], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return kill;
}

/** A PATH whose `openclaw` writes its arguments and variables down, then does as told. */
async function withOpenclaw(script: string) {
  const home = await makeTree({
    "bin/openclaw": `#!/bin/sh\necho "$*" >HOME/said\nenv >HOME/env\n${script}\n`,
  });
  fs.chmodSync(path.join(home, "bin", "openclaw"), 0o755);
  const target = {
    profile: null,
    home,
    stateDir: path.join(home, ".openclaw"),
    configFile: path.join(home, ".openclaw", "openclaw.json"),
  };
  const env = { PATH: `${home}/bin:/usr/bin:/bin` };
  const said = () => fs.readFileSync(path.join(home, "said"), "utf8").trim();
  const variables = () =>
    fs
      .readFileSync(path.join(home, "env"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("OPENCLAW_"))
      .map((line) => line.replaceAll(home, "~"))
      .sort();
  return { home, target, env, said, variables };
}

describe("whether a gateway runs", () => {
  it("running while another process holds the lifecycle lock, stopped as soon as that is killed", async () => {
    const { stateDir, lock, surroundings } = await machine();
    makeLock(lock);
    const kill = await holdLock(lock);
    expect(gatewayState({ stateDir }, surroundings)).toBe("running");
    await kill();
    expect(gatewayState({ stateDir }, surroundings)).toBe("stopped");
  });

  it("the lock is that of the real database, also where the state dir is a link", async () => {
    const { stateDir, lock, surroundings } = await machine({ link: { link: "HOME/oc" } });
    makeLock(lock);
    await holdLock(lock);
    expect(gatewayState({ stateDir: path.join(stateDir, "..", "link") }, surroundings)).toBe("running");
  });

  it("stopped where nothing was ever started, and asking makes no file", async () => {
    const { stateDir, surroundings } = await machine();
    const before = fs.readdirSync(path.dirname(stateDir), { recursive: true });
    expect(gatewayState({ stateDir }, surroundings)).toBe("stopped");
    expect(fs.readdirSync(path.dirname(stateDir), { recursive: true })).toEqual(before);
  });

  const leases = [
    {
      promise: "an expired one of another host: stopped",
      host: "container",
      inMs: -1,
      lock: false,
      is: "stopped",
    },
    {
      promise: "a live one of another host: running there",
      host: "container",
      inMs: 9000,
      lock: false,
      is: "running",
    },
    {
      promise: "a live one of another host beside a free lock here: running there",
      host: "container",
      inMs: 9000,
      lock: true,
      is: "running",
    },
    {
      promise: "a live one of this host with a free lock: left by a killed gateway",
      host: "here",
      inMs: 9000,
      lock: true,
      is: "stopped",
    },
    {
      promise: "a live one of this host without a lock: unknown",
      host: "here",
      inMs: 9000,
      lock: false,
      is: "unknown",
    },
  ];
  it.each(leases)("by the lease in the database: $promise", async (each) => {
    const { stateDir, lock, database, surroundings } = await machine();
    if (each.lock) makeLock(lock);
    const db = new DatabaseSync(database);
    writeLease(db, each.host, each.inMs);
    db.close();
    expect(gatewayState({ stateDir }, surroundings)).toBe(each.is);
    expect(fs.readdirSync(path.dirname(database))).toEqual(["openclaw.sqlite"]);
  });

  it("reads the lease out of a write-ahead log too", async () => {
    const { stateDir, database, surroundings } = await machine();
    const db = new DatabaseSync(database);
    onTestFinished(() => db.close());
    db.exec("pragma journal_mode = wal");
    writeLease(db, "container", 9000);
    expect(fs.existsSync(`${database}-wal`)).toBe(true);
    expect(gatewayState({ stateDir }, surroundings)).toBe("running");
  });

  it.each([
    ["a lock file that is no database", (lock: string) => fs.writeFileSync(lock, "x".repeat(4096))],
    ["a lock file that is a directory", (lock: string) => fs.mkdirSync(lock)],
  ])("unknown with %s", async (_, make) => {
    const { stateDir, lock, surroundings } = await machine();
    fs.mkdirSync(path.dirname(lock));
    make(lock);
    expect(gatewayState({ stateDir }, surroundings)).toBe("unknown");
  });

  it("unknown with a broken state database and no lock", async () => {
    const { stateDir, database, surroundings } = await machine();
    fs.writeFileSync(database, "x".repeat(4096));
    expect(gatewayState({ stateDir }, surroundings)).toBe("unknown");
  });
});

describe("stopping and starting the gateway", () => {
  it("runs openclaw from PATH, with --force since nobody sits at a terminal", async () => {
    const { target, env, said } = await withOpenclaw("exit 0");
    await stopGateway(target, env);
    expect(said()).toBe("gateway stop --force");
    await startGateway(target, env);
    expect(said()).toBe("gateway start");
  });

  it("names the profile, and drops variables of another installation", async () => {
    const { home, target, env, said, variables } = await withOpenclaw("exit 0");
    const work = { ...target, profile: "work", stateDir: `${home}/.openclaw-work`, configFile: null };
    const other = {
      OPENCLAW_STATE_DIR: "/srv/other",
      OPENCLAW_PROFILE: "other",
      OPENCLAW_CONFIG_PATH: "/etc/other",
    };
    await stopGateway(work, { ...env, ...other });
    expect([said(), variables()]).toEqual(["--profile work gateway stop --force", []]);
    await stopGateway(target, { ...env, ...other });
    expect([said(), variables()]).toEqual(["gateway stop --force", []]);
  });

  it("names a state dir and config that are not the default ones", async () => {
    const { home, target, env, variables } = await withOpenclaw("exit 0");
    await stopGateway({ ...target, stateDir: `${home}/srv`, configFile: `${home}/etc/oc.json` }, env);
    expect(variables()).toEqual(["OPENCLAW_CONFIG_PATH=~/etc/oc.json", "OPENCLAW_STATE_DIR=~/srv"]);
  });

  const failures = [
    {
      promise: "a status, with what it said",
      script: "echo one; echo 'no service' >&2; exit 3",
      says: /status 3: no service$/,
    },
    { promise: "its own signal", script: "kill -9 $$", says: /SIGKILL/ },
    { promise: "no end in time", script: "exec sleep 60", says: /no result in 0.3 s/ },
  ];
  it.each(failures)("fails by $promise", async ({ script, says }) => {
    const { target, env } = await withOpenclaw(script);
    await expect(
      stopGateway(target, env, { timeoutMs: script.includes("sleep") ? 300 : 20_000 }),
    ).rejects.toMatchObject({
      code: "gateway-command-failed",
      message: expect.stringMatching(says) as string,
    });
  });

  it("fails where PATH has no openclaw", async () => {
    const { target } = await withOpenclaw("exit 0");
    await expect(startGateway(target, { PATH: "/nonexistent" })).rejects.toMatchObject({
      code: "gateway-command-failed",
      hint: expect.stringContaining("openclaw gateway start") as string,
    });
  });

  it("can be interrupted", async () => {
    const { target, env } = await withOpenclaw("exec sleep 60");
    const interrupt = new AbortController();
    const stopping = stopGateway(target, env, { signal: interrupt.signal });
    interrupt.abort(new Error("enough"));
    await expect(stopping).rejects.toThrow("enough");
  });

  it("does not wait for a gateway that keeps the pipes of the command", async () => {
    const { target, env } = await withOpenclaw("sleep 30 & exit 0");
    const started = performance.now();
    await startGateway(target, env);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
