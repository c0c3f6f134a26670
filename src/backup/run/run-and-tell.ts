import { openRecords } from "../../records/database.ts";
import type { NotifySettings } from "../../notify/settings.ts";
import type { StepRecord } from "../../records/run-record.ts";
import { RunRecords } from "../../records/run-records.ts";
import type { Context } from "../context.ts";
import { BackupError } from "../errors.ts";
import { RunNotifier } from "./notify-run.ts";
import { runBackups } from "./run.ts";
import type { RunOptions } from "./run-options.ts";
import type { RunReport, ToldReport } from "./run-report.ts";

/**
 * The nightly job, and others told of it: when it begins, and how it ended, also where it ended with an error. Throws as
 * {@link runBackups}; what could not be told stands in the report, else in a notice.
 */
export async function runAndTell(options: RunOptions, context: Context): Promise<ToldReport> {
  const startedAt = context.now().toISOString();
  const notifier = new RunNotifier(options.notify, context);
  let begun: StepRecord[] | undefined;
  const onBegin = async (): Promise<void> => {
    begun ??= await notifier.begin();
  };
  let report: RunReport;
  try {
    report = await runBackups(options, context, onBegin);
  } catch (error) {
    // Another run is on, and will tell how it ended.
    const isOther = begun === undefined && error instanceof BackupError && error.code === "run-in-progress";
    if (!isOther) await tellOfError(error, startedAt, { notifier, context });
    throw error;
  }
  const told = [...(begun ?? []), ...(await notifier.end({ report, stores: options.stores.map(nameOf) }))];
  recordTold(report, told, context);
  return { ...report, told };
}

/** For a run that fails before it can begin, as when no key is to be had. */
export async function tellOfFailedStart(
  notify: NotifySettings,
  error: unknown,
  context: Context,
): Promise<void> {
  const notifier = new RunNotifier(notify, context);
  await tellOfError(error, context.now().toISOString(), { notifier, context });
}

async function tellOfError(
  error: unknown,
  startedAt: string,
  { notifier, context }: { readonly notifier: RunNotifier; readonly context: Context },
): Promise<void> {
  for (const { reason } of await notifier.end({ startedAt, error }))
    if (reason !== null) context.notice(reason);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

/** Beside the steps of every installation's run, which has ended by now. */
function recordTold({ installations }: RunReport, told: readonly StepRecord[], context: Context): void {
  if (told.length === 0) return;
  using records = openRecords(context);
  const runs = new RunRecords(records);
  for (const { installation } of installations) {
    const last = runs.latest(installation, 1)[0];
    if (last !== undefined && last.outcome !== "open") for (const step of told) runs.addStep(last.id, step);
  }
}
