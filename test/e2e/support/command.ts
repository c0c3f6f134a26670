import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** A person of the operating system, as far as a process needs to know. */
export interface Identity {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly as?: Identity;
  readonly cwd?: string;
  /** The whole environment; nothing is inherited unless it is left out. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that goes on running, with all it has printed so far. */
export interface Running {
  readonly pid: number;
  readonly output: () => string;
  readonly exited: () => boolean;
  /** Asks with SIGTERM, insists with SIGKILL when `graceMs` have passed. Returns the exit status. */
  readonly stop: (graceMs: number) => Promise<number | null>;
  /** Ends it and what it started as a power cut would. */
  readonly kill: () => Promise<void>;
}

/** Runs a command to its end; past its time it is killed and the promise rejects with what it had printed. */
export async function run(command: Command): Promise<Outcome> {
  const child = spawnGroup(command);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const watchdog = new AbortController();
  const late = sleep(command.timeoutMs, "late" as const, { signal: watchdog.signal }).catch(() => undefined);
  const first = await Promise.race([closed(child), late]);
  watchdog.abort();
  if (first === "late") {
    killGroup(child.pid!);
    throw new Error(`${words(command)} took longer than ${command.timeoutMs} ms\n${stdout()}\n${stderr()}`);
  }
  return { status: child.exitCode, stdout: stdout(), stderr: stderr() };
}

/** As `run`, but any status other than 0 rejects. Returns stdout. */
export async function demand(command: Command): Promise<string> {
  const { status, stdout, stderr } = await run(command);
  if (status !== 0) throw new Error(`${words(command)} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Starts a command that is meant to stay. */
export function start(command: Omit<Command, "timeoutMs">): Running {
  const child = spawnGroup(command);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const end = closed(child);
  return {
    pid: child.pid!,
    output: () => `${stdout()}${stderr()}`,
    exited: () => child.exitCode !== null || child.signalCode !== null,
    async stop(graceMs) {
      child.kill("SIGTERM");
      const stubborn = setTimeout(() => killGroup(child.pid!), graceMs);
      await end;
      clearTimeout(stubborn);
      return child.exitCode;
    },
    async kill() {
      killGroup(child.pid!);
      await end;
    },
  };
}

// A group of its own, so that workers and shells below it can be ended with it.
function spawnGroup(command: Omit<Command, "timeoutMs">): ChildProcess {
  return spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env ?? process.env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    ...(command.as === undefined ? {} : { uid: command.as.uid, gid: command.as.gid }),
  });
}

async function closed(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => resolve());
  });
  killGroup(child.pid!);
  await drained(child);
}

// A grandchild that left the group may hold the pipes open: wait for their end, but not for ever.
async function drained(child: ChildProcess): Promise<void> {
  const open = [child.stdout, child.stderr].filter((stream) => stream !== null && !stream.readableEnded);
  await Promise.race([Promise.all(open.map((stream) => once(stream!, "end"))), sleep(1000)]);
}

function collect(stream: ChildProcess["stdout"]): () => string {
  const chunks: Buffer[] = [];
  stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The whole group is gone already: that is what was wanted.
  }
}

function words(command: Command): string {
  return [command.file, ...command.args].join(" ");
}
