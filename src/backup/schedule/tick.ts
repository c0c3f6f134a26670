import { readJob } from "../../schedule/job-files.ts";
import { type JobEnd, tick } from "../../schedule/run-job.ts";
import type { Context } from "../context.ts";
import { processesOf } from "../processes.ts";

/** What cron and launchd call: runs the job of this job file if it is due; null where it is not. Throws ScheduleError. */
export async function tickJob(
  jobFile: string,
  echo: (chunk: Uint8Array) => void,
  context: Context,
): Promise<JobEnd | null> {
  const { now, env, signal } = context;
  return tick(readJob(jobFile), { now, env, signal, processes: processesOf(context), echo });
}
