import type { Backend } from "../../schedule/backend.ts";
import { calendarText } from "../../schedule/calendar.ts";
import { ScheduleError } from "../../schedule/errors.ts";
import { commandWords, type Job, jobText } from "../../schedule/job.ts";
import { dayWithoutTime, nextOccurrence } from "../../schedule/occurrences.ts";
import { schedulePlaces } from "../../schedule/places.ts";
import { type Change, changeOf } from "../../schedule/text-place.ts";
import { freshTickState, readTickState, removeTickState, writeTickState } from "../../schedule/tick-state.ts";
import type { Context } from "../context.ts";
import { applyInstall, applyRemove, differing, textChanges } from "./apply.ts";
import { type Backends, backendsFor, chooseBackend } from "./backends.ts";
import { describeJob, type ScheduleOptions } from "./job-of.ts";
import type { InstallReport } from "./reports.ts";

/** A job in another scheduler, from where it moves. */
interface Elsewhere {
  readonly backend: Backend;
  readonly changes: readonly Change[];
}

/**
 * Installs the job that options describe, or changes it into that; nothing where it is that already. Throws
 * ScheduleError; then nothing was changed, or the message says what was.
 */
export async function installSchedule(options: ScheduleOptions, context: Context): Promise<InstallReport> {
  const backends = backendsFor(context);
  const backend = await chooseBackend(options.backend, backends, context);
  const { job, warnings } = describeJob(options, backend.name, context);
  const changes = differing([await changeOf(job.jobFile, jobText(job)), ...(await backend.install(job))]);
  const elsewhere = await foundElsewhere(job.name, backend, backends);
  const isNew =
    changes.length > 0 || elsewhere.length > 0 || !(await backend.state(job, context.now())).enabled;
  if (isNew && options.dryRun !== true) await install({ job, changes, backend, elsewhere }, context);
  return {
    ...headOf(job, context),
    changes: textChanges([...changes, ...elsewhere.flatMap((one) => one.changes)]),
    outcome: options.dryRun === true ? "dry-run" : isNew ? "installed" : "unchanged",
    log: backend.log(job),
    warnings: [
      ...warnings,
      ...clockWarnings(job, context),
      ...npxWarnings(job),
      ...(await backend.obstacles()),
    ],
    hints: await backend.hints(),
  };
}

interface Plan {
  readonly job: Job;
  readonly changes: readonly Change[];
  readonly backend: Backend;
  readonly elsewhere: readonly Elsewhere[];
}

async function install({ job, changes, backend, elsewhere }: Plan, context: Context): Promise<void> {
  // Before the scheduler looks at the job: times that passed before today are not to be made up for.
  const before = await readTickState(job.stateFile);
  const state = before ?? freshTickState(context.now());
  await writeTickState(job.stateFile, { ...state, installedAt: context.now().toISOString() });
  try {
    await applyInstall(job.name, changes, backend);
  } catch (error) {
    if (before === null) await removeTickState(job.stateFile);
    throw error;
  }
  for (const { backend: other, changes: gone } of elsewhere) {
    try {
      await applyRemove(job.name, gone, other);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ScheduleError(
        "command-failed",
        `${job.name} is installed with ${backend.name}, and is still with ${other.name}, too: ${why}`,
        { cause, hint: "remove it there by hand: docs/schedule.md says how" },
      );
    }
  }
}

async function foundElsewhere(name: string, chosen: Backend, backends: Backends): Promise<Elsewhere[]> {
  const others = Object.values(backends).filter((backend) => backend !== chosen);
  const found = await Promise.all(
    others.map(async (backend) => ({ backend, changes: await ownTexts(name, backend) })),
  );
  return found.filter(({ changes }) => changes.length > 0);
}

/** Somebody else's file of that name is not in the way of another scheduler. */
async function ownTexts(name: string, backend: Backend): Promise<Change[]> {
  try {
    return await backend.remove(name);
  } catch (error) {
    if (error instanceof ScheduleError && error.code === "foreign-file") return [];
    throw error;
  }
}

function headOf(job: Job, context: Context) {
  return {
    name: job.name,
    backend: job.backend,
    scope: schedulePlaces(context).scope,
    when: calendarText(job.when),
    randomDelaySeconds: job.randomDelaySeconds,
    command: commandWords(job),
    environment: Object.keys(job.environment),
    next: nextOccurrence(job.when, context.now()).toISOString(),
  };
}

/** systemd passes a day over on which its time does not exist; cron and launchd run a little later. */
function clockWarnings({ backend, when }: Job, { now }: Context): string[] {
  const day = backend === "systemd" ? dayWithoutTime(when, now()) : null;
  if (day === null || when.hours.length > 1) return [];
  const date = [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return [`on ${date.join("-")} the clock is put forward over this time, and systemd passes that day over`];
}

function npxWarnings({ command: { script } }: Job): string[] {
  return /[/\\]_npx[/\\]/.test(script)
    ? [`${script} lies in a cache that npm clears: install ocbak, then schedule it again`]
    : [];
}
