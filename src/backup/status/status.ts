import { writeMetricsFile } from "../../notify/metrics-file.ts";
import { openRecordsToRead } from "../../records/database.ts";
import { ScheduleError } from "../../schedule/errors.ts";
import type { Context } from "../context.ts";
import { scheduleStatus } from "../schedule/status.ts";
import { installationStatuses, type StatusOptions } from "./installation-status.ts";
import { statusMetrics } from "./status-metrics.ts";
import type { StatusReport, TimerStatus } from "./status-report.ts";

/**
 * How backups fare on this machine: what the records and the timers tell. Changes nothing but `metricsFile`, where one is
 * named. Throws RecordsError, and NotifyError `metrics-unwritable`.
 */
export async function backupStatus(
  options: StatusOptions & { readonly metricsFile?: string | undefined },
  context: Context,
): Promise<StatusReport> {
  using records = openRecordsToRead(context);
  const installations = records === undefined ? [] : installationStatuses(records, options, context);
  const { metricsFile } = options;
  if (metricsFile !== undefined) await writeMetricsFile(metricsFile, statusMetrics(installations, context));
  return {
    at: context.now().toISOString(),
    maxAgeMs: options.maxAgeMs,
    ok: installations.length > 0 && installations.every(({ problems }) => problems.length === 0),
    installations,
    ...(await timersOf(context)),
  };
}

/** A timer that cannot be looked at hides nothing of what the records tell. */
async function timersOf(context: Context): Promise<{ timers: TimerStatus[]; warnings: string[] }> {
  try {
    const { jobs } = await scheduleStatus(context);
    return { timers: jobs.map(({ name, next, problems }) => ({ name, next, problems })), warnings: [] };
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return { timers: [], warnings: [`the timers cannot be looked at: ${error.message}`] };
  }
}
