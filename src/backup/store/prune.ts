import type { RecordsDatabase } from "../../records/database.ts";
import { PruneRecords } from "../../records/prune-records.ts";
import { VerdictRecords } from "../../records/verdict-records.ts";
import type { ArchiveStore } from "../../store/archive-store.ts";
import { StoreError } from "../../store/errors.ts";
import type { Context } from "../context.ts";
import { type Catalog, type CatalogArchive, readCatalog } from "./catalog.ts";
import { clearLeftovers, planLeftovers } from "./leftovers.ts";
import { type RetentionChoice, isMeant, requirePolicy, requireTagged, retain } from "./retain.ts";
import type { Fate, PrunedSeries, PruneReport, SeriesName } from "./store-reports.ts";

/** A series to prune, and what is to become of each of its archives, newest first. */
interface PlannedSeries {
  readonly name: SeriesName;
  readonly archives: readonly { readonly archive: CatalogArchive; readonly keptBy: readonly string[] }[];
}

interface Plan {
  readonly series: readonly PlannedSeries[];
  readonly untouched: PruneReport["untouched"];
  readonly catalog: Catalog;
}

/** How the removal of an archive went. */
interface Outcome {
  readonly fate: Exclude<Fate, "kept" | "to-remove">;
  readonly reason: string | null;
}

export interface PruneSetting {
  readonly records: RecordsDatabase;
  readonly context: Context;
  /** For the store's lock. Default: not at all. */
  readonly waitMs?: number;
}

/** What would be removed from a store; changes nothing. Throws `bad-policy`, StoreError, RecordsError. */
export async function planPrune(
  store: ArchiveStore,
  choice: RetentionChoice,
  { records, context }: { readonly records: RecordsDatabase | undefined; readonly context: Context },
): Promise<PruneReport> {
  requirePolicy(choice);
  const plan = await planOf(store, choice, { records, context });
  return { ...reportOf(store, choice, plan, undefined), leftovers: await planLeftovers(store) };
}

/**
 * Removes from a store what the policy does not keep, the oldest first, and records each; one that cannot be removed
 * keeps no other from it; and what killed runs left half-written. Holds the store's lock. Throws `bad-policy`, StoreError `locked` and others, RecordsError,
 * and what it is aborted with: what was removed until then is recorded.
 */
export async function pruneStore(
  store: ArchiveStore,
  choice: RetentionChoice,
  { records, context, waitMs = 0 }: PruneSetting,
): Promise<PruneReport> {
  requirePolicy(choice);
  await using _lock = await store.lock("prune", { waitMs, signal: context.signal });
  const plan = await planOf(store, choice, { records, context });
  const doomed = plan.series
    .flatMap(({ archives }) => archives)
    .filter(({ keptBy }) => keptBy.length === 0)
    .map(({ archive }) => archive)
    .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  const outcomes = new Map<string, Outcome>();
  for (const archive of doomed) {
    if (context.signal.aborted) {
      context.notice(`stopped: ${outcomes.size} of ${doomed.length} archives to be removed were dealt with`);
      context.signal.throwIfAborted();
    }
    outcomes.set(archive.stored.name, await removeOne(store, archive, { records, context }));
  }
  const leftovers = await clearLeftovers(store, context);
  return { ...reportOf(store, choice, plan, outcomes), leftovers };
}

/** Everything is looked at anew: what was read before may no longer be so. */
async function planOf(
  store: ArchiveStore,
  choice: RetentionChoice,
  { records, context }: { readonly records: RecordsDatabase | undefined; readonly context: Context },
): Promise<Plan> {
  const catalog = await readCatalog({ store, records }, context);
  const isOurs = (series: SeriesName): boolean => isMeant(series, choice, context);
  return {
    catalog,
    series: catalog.series.filter(isOurs).map((series) => {
      const decisions = retain(series, choice.policy, context.now());
      requireTagged(decisions, choice.policy);
      return {
        name: nameOf(series),
        archives: decisions.map(({ archive, keptBy }) => ({ archive: archive.archive, keptBy })),
      };
    }),
    untouched: catalog.series
      .filter((series) => !isOurs(series))
      .map((series) => ({ ...nameOf(series), archives: series.archives.length })),
  };
}

function nameOf({ id, host, profile, stateDir }: SeriesName): SeriesName {
  return { id, host, profile, stateDir };
}

async function removeOne(
  store: ArchiveStore,
  { stored, facts }: CatalogArchive,
  { records, context }: { readonly records: RecordsDatabase; readonly context: Context },
): Promise<Outcome> {
  // Before: killed in between, a record too many costs nothing, and one that is missing makes a gap of it.
  new PruneRecords(records).put({
    archiveId: facts.archiveId,
    storeId: store.id,
    seriesId: facts.series?.id ?? null,
    sequence: facts.series?.sequence ?? null,
    at: context.now().toISOString(),
  });
  try {
    await store.remove(stored);
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    const fate = cause.code === "not-found" ? "gone" : "failed";
    return { fate, reason: fate === "gone" ? null : cause.message };
  }
  new VerdictRecords(records).remove(facts.archiveId, store.id);
  return { fate: "removed", reason: null };
}

/** Without outcomes: of a dry run. */
function reportOf(
  store: ArchiveStore,
  { policy }: RetentionChoice,
  { series, untouched, catalog }: Plan,
  outcomes: ReadonlyMap<string, Outcome> | undefined,
): Omit<PruneReport, "leftovers"> {
  const pruned = series.map(({ name, archives }): PrunedSeries => ({
    ...name,
    archives: archives.map(({ archive: { stored, facts }, keptBy }) => {
      const left: { fate: Fate; reason: string | null } = {
        fate: keptBy.length > 0 ? "kept" : "to-remove",
        reason: null,
      };
      return {
        name: stored.name,
        archiveId: facts.archiveId,
        createdAt: facts.createdAt,
        sizeBytes: stored.sizeBytes,
        keptBy,
        ...(outcomes?.get(stored.name) ?? left),
      };
    }),
  }));
  const all = pruned.flatMap(({ archives }) => archives);
  const removed = all.filter(({ fate }) => fate === "removed" || fate === "to-remove");
  return {
    store: store.place,
    storeId: store.id,
    policy,
    dryRun: outcomes === undefined,
    series: pruned,
    untouched,
    unknown: catalog.unknown,
    foreign: catalog.foreign,
    removed: {
      archives: removed.length,
      bytes: removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    },
    failed: all.filter(({ fate }) => fate === "failed").length,
  };
}
