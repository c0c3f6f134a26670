import type { RecordsDatabase } from "../../records/database.ts";
import { type DrillRecord, DrillRecords } from "../../records/drill-records.ts";
import type { InstallationKey } from "../../records/run-record.ts";
import { RunRecords } from "../../records/run-records.ts";
import { StoreHistory } from "../../records/store-history.ts";
import type { Context } from "../context.ts";
import { ageOf, lastRuns } from "./last-runs.ts";
import type { Freshness, InstallationStatus, StatusProblem, StoreStatus } from "./status-report.ts";

export interface StatusOptions {
  /** How old the last good backup may be. */
  readonly maxAgeMs: number;
  /** The stores that archives are to be in, by name; undefined: every one that a run was to write to. */
  readonly stores?: readonly string[] | undefined;
}

/** Clocks of two processes, or of a host that shares the records, may differ so much. */
const clockSlackMs = 5 * 60_000;

/** What the records tell of every installation; nothing is changed. Throws RecordsError. */
export function installationStatuses(
  records: RecordsDatabase,
  options: StatusOptions,
  context: Context,
): InstallationStatus[] {
  const setting = { records, options, context };
  return new RunRecords(records).installations().map((key) => statusOf(key, setting));
}

interface Setting {
  readonly records: RecordsDatabase;
  readonly options: StatusOptions;
  readonly context: Context;
}

function statusOf(key: InstallationKey, setting: Setting): InstallationStatus {
  const { records, context } = setting;
  const notAfter = latestBelievable(setting);
  const runs = lastRuns(key, new RunRecords(records), { context, notAfter });
  const stores = storesOf(key, setting);
  const drill = new DrillRecords(records).latest(key);
  const state = freshness(runs.lastSuccess, setting);
  return {
    ...key,
    state,
    problems: problemsOf(state, stores, drill),
    ...runs,
    lastDrill: drill === null ? null : drillOf(drill),
    stores,
  };
}

function storesOf(key: InstallationKey, setting: Setting): StoreStatus[] {
  const history = new StoreHistory(setting.records);
  return (setting.options.stores ?? history.stores(key)).map((store) => {
    const at = history.lastArchive(key, store, latestBelievable(setting));
    const lastArchive = at === null ? null : { at, ageMs: ageOf(at, setting.context) };
    return {
      store,
      state: freshness(lastArchive, setting),
      lastArchive,
      lastFailure: history.lastFailure(key, store),
      lastRead: history.lastRead(key, store),
    };
  });
}

function drillOf(drill: DrillRecord): NonNullable<InstallationStatus["lastDrill"]> {
  const { archiveId, ok, reason, at, durationMs } = drill;
  return { archiveId, ok, reason, at, durationMs };
}

/** What is dated later was written when the clock was wrong, and does not tell how old it is. */
function latestBelievable({ context }: Setting): Date {
  return new Date(context.now().getTime() + clockSlackMs);
}

function freshness(last: { readonly ageMs: number } | null, { options }: Setting): Freshness {
  if (last === null) return "never";
  return last.ageMs <= options.maxAgeMs ? "fresh" : "overdue";
}

function problemsOf(
  state: Freshness,
  stores: readonly StoreStatus[],
  drill: { readonly ok: boolean } | null,
): StatusProblem[] {
  const own = state === "fresh" ? [] : [{ code: state, store: null }];
  // Where nothing works, each store need not say the same.
  const theirs = stores.flatMap((store) =>
    store.state === "fresh" || store.state === state ? [] : [{ code: store.state, store: store.store }],
  );
  return [
    ...own,
    ...theirs,
    ...(drill?.ok === false ? [{ code: "drill-failed" as const, store: null }] : []),
  ];
}
