import { ArchiveFactsCache } from "../../records/archive-facts-cache.ts";
import { openRecords, type RecordsDatabase } from "../../records/database.ts";
import type { ArchiveStore, StoredArchive } from "../../store/archive-store.ts";
import type { Context } from "../context.ts";
import type { VerifyOptions } from "../verify.ts";
import { recordsToCache } from "./at-stores.ts";
import { checkArchives, type Checked } from "./check-archives.ts";
import { openStore } from "./open-store.ts";
import { dueWithin, groupOf, oldestPart } from "./reading-order.ts";
import { knownBad, type ToRead, withHistory } from "./read-history.ts";
import type { StoreVerifyReport, Subset, VerifiedArchive } from "./verify-store-report.ts";
import { verifyStored } from "./verify-stored.ts";

export interface StoreVerifyOptions extends VerifyOptions {
  /** Default: all archives. */
  readonly subset?: Subset | undefined;
}

/** {@link verifyStore} of the store in a folder. */
export async function verifyStoreOf(
  path: string,
  options: StoreVerifyOptions,
  context: Context,
): Promise<StoreVerifyReport> {
  const store = await openStore(path, context);
  // Where nothing can be written down the same would be read each time.
  const isByTime = options.subset !== undefined && !("group" in options.subset);
  using records = isByTime ? openRecords(context) : recordsToCache(context);
  return await verifyStore({ store, records }, options, context);
}

/**
 * Verifies the archives of a store, or a part of them, and writes down what was found. One that is not whole keeps no
 * other from it. Throws StoreError where the store cannot be read, also where its disk goes meanwhile, RecordsError, and what it is aborted with: what was read
 * until then is written down.
 */
export async function verifyStore(
  { store, records }: { readonly store: ArchiveStore; readonly records: RecordsDatabase | undefined },
  { subset, ...options }: StoreVerifyOptions,
  context: Context,
): Promise<StoreVerifyReport> {
  const startedAt = context.now();
  const { archives } = await store.list();
  const checked = await checkArchives(store, archives, records && new ArchiveFactsCache(records), context);
  const history = withHistory(checked, store, records);
  const chosen = new Set(choose(checked, history, subset, startedAt).map(({ name }) => name));
  const read: VerifiedArchive[] = [];
  for (const { stored } of checked) {
    if (!chosen.has(stored.name)) continue;
    context.signal.throwIfAborted();
    const verified = await verifyStored({ store, records }, stored, options, context);
    if (verified !== undefined) read.push(verified);
  }
  const known = new Set(checked.map(({ stored }) => stored.name));
  const done = new Set(read.map(({ name }) => name));
  const missing = archives.filter(({ name }) => (chosen.has(name) || !known.has(name)) && !done.has(name));
  if (missing.length > 0) read.push(...(await stillThere(store, missing)));
  const now = context.now();
  return {
    store: store.place,
    storeId: store.id,
    subset: subset ?? null,
    read,
    knownBad: knownBad(unread(checked, history, chosen)),
    archives: archives.length,
    bytes: archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...staleness(history.filter(({ stored }) => !chosen.has(stored.name))),
    durationMs: now.getTime() - startedAt.getTime(),
  };
}

/** What another run removed meanwhile is no loss. A disk that went away with all of it is: then this throws. */
async function stillThere(
  store: ArchiveStore,
  missing: readonly StoredArchive[],
): Promise<VerifiedArchive[]> {
  const there = new Set((await store.list()).archives.map(({ name }) => name));
  return missing
    .filter(({ name }) => there.has(name))
    .map(({ name, sizeBytes }) => ({
      name,
      archiveId: null,
      sizeBytes,
      level: "quick",
      verdict: "unreadable",
      complete: null,
      reason: "it was not there when it was to be read, and is there now",
    }));
}

/** What tells nothing of itself is in no part; a look at it is all that can be done with it, and that is done each time. */
function choose(
  checked: readonly Checked[],
  history: readonly ToRead[],
  subset: Subset | undefined,
  now: Date,
): readonly StoredArchive[] {
  if (subset === undefined) return checked.map(({ stored }) => stored);
  return partOf(history, subset, now).map(({ stored }) => stored);
}

function partOf(history: readonly ToRead[], subset: Subset, now: Date): readonly ToRead[] {
  if ("withinMs" in subset) return dueWithin(history, subset.withinMs, now);
  if ("parts" in subset) return oldestPart(history, subset.parts, now);
  return history.filter((one) => groupOf(one, subset.groups) === subset.group);
}

function unread(
  checked: readonly Checked[],
  history: readonly ToRead[],
  chosen: ReadonlySet<string>,
): (Checked | ToRead)[] {
  const known = new Map(history.map((one) => [one.stored.name, one]));
  return checked
    .filter(({ stored }) => !chosen.has(stored.name))
    .map((one) => known.get(one.stored.name) ?? one);
}

function staleness(others: readonly ToRead[]): Pick<StoreVerifyReport, "neverRead" | "oldestReadAt"> {
  const times = others.flatMap(({ lastReadAt }) => (lastReadAt === null ? [] : [lastReadAt.getTime()]));
  return {
    neverRead: others.length - times.length,
    oldestReadAt: times.length === 0 ? null : new Date(Math.min(...times)).toISOString(),
  };
}
