import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { markOf, type Processes } from "../system/process-mark.ts";
import { commandWords, type Job } from "./job.ts";
import {
  freshTickState,
  isDue,
  isRunning,
  readTickState,
  type TickState,
  writeTickState,
} from "./tick-state.ts";
import { asIo } from "./text-place.ts";

/** Longer than it takes from reading the state to writing it. */
const settleMs = 200;

/** What a tick takes from its surroundings. */
export interface TickContext {
  readonly now: () => Date;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly processes: Processes;
  readonly signal: AbortSignal;
  /** What the job prints goes on to whoever called. */
  readonly echo: (chunk: Uint8Array) => void;
}

/** How a job ended; null for the other where one is set. */
export interface JobEnd {
  readonly exitStatus: number | null;
  readonly signal: string | null;
}

/**
 * Runs the job if it is due and does not run already, and keeps when and how it ended; null where there was nothing to
 * do. Throws ScheduleError `io` where the state cannot be kept: unkept, the job would run at every tick.
 */
export async function tick(job: Job, context: TickContext): Promise<JobEnd | null> {
  const before = await readTickState(job.stateFile);
  if (before !== null && isRunning(before, context.processes)) return null;
  if (!isDue(job, before, context.now())) return null;
  const begun: TickState = {
    ...(before ?? freshTickState(context.now())),
    startedAt: context.now().toISOString(),
    finishedAt: null,
    exitStatus: null,
    signal: null,
    mark: markOf(context.processes),
    requested: false,
  };
  await writeTickState(job.stateFile, begun);
  if (!(await isStillOurs(job, begun))) return null;
  if (before?.requested !== true) await waitALittle(job, context.signal);
  const end = await runJob(job, context);
  await writeTickState(job.stateFile, {
    ...begun,
    ...end,
    finishedAt: context.now().toISOString(),
    mark: null,
  });
  return end;
}

/** At a boot cron may look twice in the same moment: of two that both saw the job due, the one that wrote last runs it. */
async function isStillOurs({ stateFile }: Job, { mark }: TickState): Promise<boolean> {
  await setTimeout(settleMs);
  return isDeepStrictEqual((await readTickState(stateFile))?.mark, mark);
}

async function waitALittle({ randomDelaySeconds }: Job, signal: AbortSignal): Promise<void> {
  if (randomDelaySeconds > 0) await setTimeout(randomInt(randomDelaySeconds * 1000), undefined, { signal });
}

async function runJob(job: Job, { env, signal, echo }: TickContext): Promise<JobEnd> {
  const log = await openLog(job.logFile);
  const [program, ...words] = [...lowPriority(), ...commandWords(job)];
  const { promise, resolve, reject } = Promise.withResolvers<JobEnd>();
  const child = spawn(program!, words, {
    env: { ...env, ...job.environment },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGTERM",
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      keepInLog(log, chunk);
      echo(chunk);
    });
  }
  // An abort is answered by SIGTERM to the job, whose own end counts.
  child.once("error", (error) => (signal.aborted ? undefined : reject(error)));
  child.once("close", (exitStatus, signalName) => resolve({ exitStatus, signal: signalName }));
  try {
    return await promise;
  } finally {
    closeSync(log);
  }
}

/** Of the last run alone, so that it cannot grow for ever. */
function openLog(path: string): Promise<number> {
  return asIo(`opening the log ${path}`, async () => {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, "w", 0o600);
  });
}

function keepInLog(log: number, chunk: Uint8Array): void {
  try {
    writeSync(log, chunk);
  } catch {
    // A full disk: the backup goes on, and may be going to another one.
  }
}

/**
 * Not 19, at which a job of a second took minutes beside a few busy processes. `-t`: where the kernel does not let us
 * (containers), the job still runs. Absolute: PATH may be anybody's.
 */
function lowPriority(): string[] {
  const nice = ["/usr/bin/nice", "/bin/nice"].find((path) => existsSync(path));
  const ionice = ["/usr/bin/ionice", "/bin/ionice"].find((path) => existsSync(path));
  return [...(nice ? [nice, "-n", "10"] : []), ...(ionice ? [ionice, "-c", "3", "-t"] : [])];
}
