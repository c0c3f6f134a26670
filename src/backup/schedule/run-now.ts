import { ScheduleError } from "../../schedule/errors.ts";
import { jobNameOf } from "../../schedule/job.ts";
import { readJob } from "../../schedule/job-files.ts";
import { schedulePlaces } from "../../schedule/places.ts";
import { complaintOf } from "../../schedule/runner.ts";
import type { Context } from "../context.ts";
import { backendsFor } from "./backends.ts";
import { jobFileOf } from "./job-of.ts";
import type { RunNowReport } from "./reports.ts";
import { lastRunReport } from "./status.ts";

/**
 * Has the scheduler run the job at once, in the surroundings that the timer gives it. Throws ScheduleError
 * `not-scheduled`, `running`, `command-failed` where it did not begin.
 */
export async function runScheduledNow(
  options: { readonly profile?: string },
  context: Context,
): Promise<RunNowReport> {
  const name = jobNameOf(options.profile);
  const job = readJob(jobFileOf(schedulePlaces(context), name));
  const backend = backendsFor(context)[job.backend];
  const before = await backend.state(job, context.now());
  if (before.running) throw new ScheduleError("running", `${name} runs already`);
  const ran = await backend.start(job);
  const { last } = await backend.state(job, context.now());
  const isFresh = last !== null && last.startedAt.getTime() !== before.last?.startedAt.getTime();
  if (!isFresh && (backend.waits || ran.status !== 0))
    throw new ScheduleError("command-failed", `${name} did not begin: ${complaintOf(ran)}`);
  return {
    name,
    backend: backend.name,
    waited: backend.waits,
    last: backend.waits ? lastRunReport(last) : null,
    log: backend.log(job),
  };
}
