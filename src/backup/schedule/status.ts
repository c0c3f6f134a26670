import type { Backend, JobState, LastRun } from "../../schedule/backend.ts";
import { calendarText } from "../../schedule/calendar.ts";
import { ScheduleError } from "../../schedule/errors.ts";
import { commandWords, type Job } from "../../schedule/job.ts";
import { lostPrograms, readJobs } from "../../schedule/job-files.ts";
import { schedulePlaces } from "../../schedule/places.ts";
import type { Context } from "../context.ts";
import { differing } from "./apply.ts";
import { backendsFor } from "./backends.ts";
import type { JobReport, LastRunReport, ScheduleReport } from "./reports.ts";

/** Every job that is installed and how it fares. Throws ScheduleError `bad-job`. */
export async function scheduleStatus(context: Context): Promise<ScheduleReport> {
  const places = schedulePlaces(context);
  const backends = backendsFor(context);
  const jobs = readJobs(places).map((job) => reportOf(job, backends[job.backend], context.now()));
  return { scope: places.scope, jobs: await Promise.all(jobs) };
}

async function reportOf(job: Job, backend: Backend, now: Date): Promise<JobReport> {
  const state = await backend.state(job, now);
  return {
    name: job.name,
    backend: job.backend,
    when: calendarText(job.when),
    randomDelaySeconds: job.randomDelaySeconds,
    command: commandWords(job),
    enabled: state.enabled,
    running: state.running,
    next: state.next?.toISOString() ?? null,
    last: lastRunReport(state.last),
    log: backend.log(job),
    problems: [
      ...lostPrograms(job).map(
        (path) => `${path} is gone or cannot be run: no backup until \`ocbak schedule install\` is run again`,
      ),
      ...(await changedTexts(job, backend)),
      ...stateProblems(job, state),
      ...(await backend.obstacles()),
    ],
    hints: await backend.hints(),
  };
}

export function lastRunReport(last: LastRun | null): LastRunReport | null {
  return (
    last && {
      ...last,
      startedAt: last.startedAt.toISOString(),
      finishedAt: last.finishedAt?.toISOString() ?? null,
    }
  );
}

async function changedTexts(job: Job, backend: Backend): Promise<string[]> {
  try {
    const changed = differing(await backend.install(job));
    return changed.map(({ place }) => `${place.label} is not as it was installed`);
  } catch (error) {
    if (error instanceof ScheduleError) return [error.message];
    throw error;
  }
}

function stateProblems({ backend }: Job, { enabled, last }: JobState): string[] {
  return [
    ...(enabled ? [] : [`${backend} does not run it: its timer is off, or ${backend} does not answer`]),
    ...(last === null || last.result === null || last.result === "success" ? [] : [endText(last)]),
  ];
}

function endText({ result, exitStatus, startedAt }: LastRun): string {
  const how = exitStatus === null ? `as ${result}` : `with exit status ${exitStatus}`;
  return `the run of ${startedAt.toISOString()} ended ${how}`;
}
