import { type RecordsDatabase, openRecords, openRecordsToRead } from "../../records/database.ts";
import { RecordsError } from "../../records/errors.ts";
import type { ArchiveStore } from "../../store/archive-store.ts";
import type { Context } from "../context.ts";
import { listArchives } from "./list-archives.ts";
import { openStores, type StoreSetting } from "./open-stores.ts";
import { planPrune, pruneStore } from "./prune.ts";
import { type RetentionChoice, requirePolicy } from "./retain.ts";
import type { ArchivesReport, PruneReport } from "./store-reports.ts";

/** What came of one of several stores. */
export interface AtStore<Report> {
  /** As the settings name it, or as it was typed. */
  readonly name: string;
  readonly result: { readonly report: Report } | { readonly error: unknown };
}

/** `ocbak archives` of several stores; one that cannot be read hides no other. */
export async function listStores(
  stores: readonly StoreSetting[],
  choice: RetentionChoice | undefined,
  context: Context,
): Promise<AtStore<ArchivesReport>[]> {
  if (choice !== undefined) requirePolicy(choice);
  using records = recordsToCache(context);
  return await atStores(stores, context, (store) => listArchives({ store, records }, choice, context));
}

/** `ocbak prune` of several stores, or what it would do. */
export async function pruneStores(
  stores: readonly StoreSetting[],
  { isDryRun, ...choice }: RetentionChoice & { readonly isDryRun: boolean },
  context: Context,
): Promise<AtStore<PruneReport>[]> {
  requirePolicy(choice);
  if (isDryRun) {
    using records = openRecordsToRead(context);
    return await atStores(stores, context, (store) => planPrune(store, choice, { records, context }));
  }
  using records = openRecords(context);
  return await atStores(stores, context, (store) => pruneStore(store, choice, { records, context }));
}

async function atStores<Report>(
  stores: readonly StoreSetting[],
  context: Context,
  use: (store: ArchiveStore) => Promise<Report>,
): Promise<AtStore<Report>[]> {
  const results: AtStore<Report>[] = [];
  for (const opened of await openStores(stores, context)) {
    const { name } = opened;
    if (opened.store === undefined) results.push({ name, result: { error: opened.error } });
    else results.push({ name, result: await resultOf(use(opened.store), context) });
  }
  return results;
}

async function resultOf<Report>(
  report: Promise<Report>,
  { signal }: Context,
): Promise<AtStore<Report>["result"]> {
  try {
    return { report: await report };
  } catch (error) {
    signal.throwIfAborted();
    return { error };
  }
}

/** Where nothing can be written down all is read each time, which takes longer and shows the same. */
export function recordsToCache(context: Context): RecordsDatabase | undefined {
  try {
    return openRecords(context);
  } catch (error) {
    if (!(error instanceof RecordsError && error.code === "records-unusable")) throw error;
    context.notice(`warning: ${error.message}; recorded verdicts are not shown`);
    return undefined;
  }
}
