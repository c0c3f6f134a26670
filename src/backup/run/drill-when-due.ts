import { join } from "node:path";
import { DrillRecords } from "../../records/drill-records.ts";
import { drillArchive } from "../drill.ts";
import { hasKey } from "../read-options.ts";
import { failedChecks } from "../record-drill.ts";
import type { DrillReport } from "../restore-reports.ts";
import type { Made } from "./make-archive.ts";
import type { RunSetting } from "./run-setting.ts";
import { failureOf, type StepResult } from "./steps.ts";

/** Restores the archive just made for proof, where the last drill of the installation is longer ago than wanted. */
export async function drillWhenDue(made: Made | undefined, setting: RunSetting): Promise<void> {
  const { options, installation, records, steps, context } = setting;
  const { drillEveryMs, read } = options;
  if (drillEveryMs === undefined) return;
  const last = new DrillRecords(records).latest(installation, true);
  // A clock that was ahead must not put drills off for years.
  const age = last === null ? Infinity : Math.abs(context.now().getTime() - Date.parse(last.at));
  if (age < drillEveryMs) return;
  const step = { step: "drill", store: made?.storeName ?? null } as const;
  if (made === undefined) return steps.skip(step, "there is no new archive");
  if (!hasKey(read)) {
    await steps.take(step, () =>
      Promise.reject(new Error("a drill is due, and there is no identity here to open archives with")),
    );
    return;
  }
  await steps.take(step, () => drill(made, setting));
}

async function drill(made: Made, setting: RunSetting): Promise<StepResult<undefined>> {
  const { options, installation, records, context } = setting;
  const startedAt = context.now().getTime();
  const note = (ok: boolean, reason: string | null): void =>
    new DrillRecords(records).add({
      installation,
      archiveId: made.archive.archiveId,
      ok,
      reason,
      at: context.now().toISOString(),
      durationMs: context.now().getTime() - startedAt,
    });
  let report: DrillReport;
  try {
    report = await drillArchive(join(made.store.localDirectory!, made.archive.name), options.read, context);
  } catch (error) {
    note(false, failureOf(error).reason);
    throw error;
  }
  const reason = failedChecks(report);
  note(report.ok, report.ok ? null : reason);
  return report.ok
    ? { value: undefined }
    : { value: undefined, outcome: "failed", reason, code: "drill-failed" };
}
