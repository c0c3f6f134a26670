import { readFile } from "node:fs/promises";
import { z } from "zod";
import { lifeOf, ProcessMark, type Processes } from "../system/process-mark.ts";
import type { JobState, LastRun } from "./backend.ts";
import type { Job } from "./job.ts";
import { lastOccurrence, nextOccurrence } from "./occurrences.ts";
import { asIo, filePlace } from "./text-place.ts";

const Time = z.iso.datetime();

/** What cron and launchd do not keep: when a job ran last and how it ended. */
export const TickState = z.strictObject({
  format: z.literal(1),
  /** Times before it are not made up for. */
  installedAt: Time,
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
  exitStatus: z.int().nullable(),
  signal: z.string().nullable(),
  /** Whoever ran it. */
  mark: ProcessMark.nullable(),
  /** `run-now` asked for a run that has not begun. */
  requested: z.boolean(),
});
export type TickState = z.infer<typeof TickState>;

export function freshTickState(now: Date): TickState {
  const none = { startedAt: null, finishedAt: null, exitStatus: null, signal: null, mark: null };
  return { format: 1, installedAt: now.toISOString(), ...none, requested: false };
}

/** Null where there is none or it cannot be understood: then a run is due. */
export async function readTickState(path: string): Promise<TickState | null> {
  try {
    return TickState.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

export async function writeTickState(path: string, state: TickState): Promise<void> {
  await filePlace(path, 0o600).write(`${JSON.stringify(state)}\n`);
}

export async function removeTickState(path: string): Promise<void> {
  await filePlace(path, 0o600).write(null);
}

/** The next tick runs the job, due or not. */
export async function requestRun(job: Job): Promise<void> {
  await asIo(`asking for a run of ${job.name}`, async () => {
    const state = (await readTickState(job.stateFile)) ?? freshTickState(new Date(0));
    await writeTickState(job.stateFile, { ...state, requested: true });
  });
}

/** Whether a time of the job has come since it last ran: by the clock, whatever was missed in between. */
export function isDue({ when }: Job, state: TickState | null, now: Date): boolean {
  if (state === null || state.requested) return true;
  const last = Math.max(Date.parse(state.installedAt), Date.parse(state.startedAt ?? state.installedAt));
  // A run in the future: the clock was wrong then or is now, and one backup more does no harm.
  return last > now.getTime() || last < lastOccurrence(when, now).getTime();
}

/** Whether the run that the state tells of goes on. */
export function isRunning({ finishedAt, mark }: TickState, processes: Processes): boolean {
  return finishedAt === null && mark !== null && lifeOf(mark, processes) === "running";
}

/** A job as cron and launchd see it, which keep no record themselves. */
export async function tickStateOf(
  job: Job,
  { enabled, now, processes }: { enabled: boolean; now: Date; processes: Processes },
): Promise<JobState> {
  const state = await readTickState(job.stateFile);
  const next = enabled ? nextOccurrence(job.when, now) : null;
  const running = state !== null && isRunning(state, processes);
  return { enabled, running, next, last: state && lastRunOf(state, running) };
}

function lastRunOf(state: TickState, running: boolean): LastRun | null {
  const { startedAt, finishedAt, exitStatus, signal } = state;
  if (startedAt === null) return null;
  const head = { startedAt: new Date(startedAt), exitStatus };
  if (finishedAt === null) return { ...head, finishedAt: null, result: running ? null : "lost" };
  const ended = exitStatus === 0 ? "success" : "exit-code";
  return { ...head, finishedAt: new Date(finishedAt), result: signal === null ? ended : "signal" };
}
