import { openRecords } from "../../records/database.ts";
import type { InstallationKey } from "../../records/run-record.ts";
import { RunRecords } from "../../records/run-records.ts";
import type { Context } from "../context.ts";
import { everyTarget, oneTarget, type Target } from "../targets.ts";
import { beginRun } from "./begin-run.ts";
import { drillWhenDue } from "./drill-when-due.ts";
import { runEach } from "./each-installation.ts";
import { keepCopies } from "./keep-copies.ts";
import { makeArchive, type Made } from "./make-archive.ts";
import { openStores } from "../store/open-stores.ts";
import { pruneStores } from "./prune-stores.ts";
import { readWhenDue } from "./read-when-due.ts";
import type { RunOptions } from "./run-options.ts";
import type { InstallationRun, RunReport } from "./run-report.ts";
import type { RunSetting } from "./run-setting.ts";
import { Steps, worstOf } from "./steps.ts";

/**
 * The nightly job: of each installation make an archive and prove it, copy it to the other stores, prune, prove older
 * ones again. Every step that fails is recorded, and none hides another. Throws `run-in-progress` where other runs for all
 * of the installations are on, RecordsError where nothing could be recorded, and whatever it is aborted with.
 */
export async function runBackups(
  options: RunOptions,
  context: Context,
  onBegin: RunSetting["onBegin"],
): Promise<RunReport> {
  const startedAt = context.now().toISOString();
  using records = openRecords(context);
  const stores = await openStores(options.stores, context);
  const installations = await runEach({
    targets: targetsOf(options, context),
    keyOf: (target) => keyOf(target, context),
    run: (target) => runFor(target, { options, stores, records, context, onBegin }),
  });
  return {
    startedAt,
    finishedAt: context.now().toISOString(),
    outcome: worstOf(installations.flatMap(({ steps }) => steps)),
    installations,
  };
}

function targetsOf({ profiles }: RunOptions, context: Context): Target[] {
  if (profiles === "all") return everyTarget(context);
  return (profiles ?? [undefined]).map((profile) => oneTarget(profile, context));
}

function keyOf({ profile, stateDir }: Target, { hostname }: Context): InstallationKey {
  return { host: hostname, profile, stateDir };
}

async function runFor(
  target: Target,
  shared: Omit<RunSetting, "installation" | "steps">,
): Promise<InstallationRun> {
  const { records, context, onBegin } = shared;
  const installation = keyOf(target, context);
  const runs = new RunRecords(records);
  const id = beginRun(records, installation, context);
  // Records that take no more, as on a full disk, keep no copy from being made: that is said at the end.
  let lost: unknown;
  const steps = new Steps(context, (step) => {
    try {
      runs.addStep(id, step);
    } catch (error) {
      lost ??= error;
    }
  });
  const setting = { ...shared, installation, steps };
  let made: Made | undefined;
  try {
    await onBegin();
    made = await makeArchive(target, setting);
    if (made !== undefined) await keepCopies(made, setting);
    await pruneStores(setting);
    await drillWhenDue(made, setting);
    await readWhenDue(setting);
  } finally {
    // Also where it was aborted: what was done stands in the records.
    const finishedAt = context.now().toISOString();
    const outcome = lost === undefined ? worstOf(steps.records) : "failed";
    runs.finish(id, { finishedAt, outcome, archive: made?.archive ?? null });
  }
  if (lost !== undefined) throw lost;
  return {
    installation,
    outcome: worstOf(steps.records),
    archive: made?.archive ?? null,
    store: made?.storeName ?? null,
    warnings: made?.report.warnings ?? [],
    steps: steps.records,
  };
}
