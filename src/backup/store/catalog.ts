import type { RecordsDatabase } from "../../records/database.ts";
import { PruneRecords } from "../../records/prune-records.ts";
import { VerdictRecords, type VerdictRecord } from "../../records/verdict-records.ts";
import type { ArchiveStore, StoredArchive } from "../../store/archive-store.ts";
import type { ArchiveNote } from "../../store/notes.ts";
import { newestFirst } from "../../store/retention/decide.ts";
import type { Context } from "../context.ts";
import { type Checked, type FactsCache, checkArchives } from "./check-archives.ts";
import type { ArchiveFacts } from "./quick-check.ts";
import { decisiveVerdict, isProved } from "./decisive-verdict.ts";
import { type Fork, type Gap, type Member, forksOf, gapsOf } from "./series-order.ts";

/** An archive of a store, with all that is known of it. */
export interface CatalogArchive {
  readonly stored: StoredArchive;
  readonly facts: ArchiveFacts;
  readonly createdAt: Date;
  /** In its series; null without one. */
  readonly sequence: number | null;
  /** The verdict on these bytes: what a verification recorded, else that of a quick look. */
  readonly verdict: string;
  /** ISO 8601: when that verification was; null: it was looked at just now. */
  readonly verifiedAt: string | null;
  /** What is wrong with one that does not verify, where that is known. */
  readonly reason: string | null;
  readonly isGood: boolean;
  /** Whether nothing that matters was missed at its capture; null where nobody looked. */
  readonly complete: boolean | null;
  /** Those of the manifest and those of the store's notes. */
  readonly tags: readonly string[];
  readonly pinned: boolean;
}

/** The archives of one installation, or what stands for it in archives without a series. */
export interface CatalogSeries {
  readonly id: string | null;
  readonly host: string;
  readonly profile: string | null;
  readonly stateDir: string;
  /** Newest first. */
  readonly archives: readonly CatalogArchive[];
  readonly gaps: readonly Gap[];
  readonly forks: readonly Fork[];
}

/** A file that is named like an archive, of which it cannot be told whose it is. */
export interface UnknownArchive {
  readonly name: string;
  readonly sizeBytes: number;
  readonly verdict: string;
  readonly reason: string | null;
}

/** What a store holds. */
export interface Catalog {
  /** By host, profile and state dir. */
  readonly series: readonly CatalogSeries[];
  readonly unknown: readonly UnknownArchive[];
  /** How many other files there are. */
  readonly foreign: number;
}

export interface CatalogSources {
  readonly store: ArchiveStore;
  /** Undefined: nothing was ever recorded on this machine. */
  readonly records: RecordsDatabase | undefined;
  /** What was read before; without it everything is read now. */
  readonly cache?: FactsCache | undefined;
}

/** Looks at every archive of a store, without reading content. Throws StoreError, RecordsError. */
export async function readCatalog(sources: CatalogSources, context: Context): Promise<Catalog> {
  const { store, records, cache } = sources;
  const listing = await store.list();
  const notes = new Map(Object.entries((await store.readNotes()).archives));
  const checked = await checkArchives(store, listing.archives, cache, context);
  const verdicts = Map.groupBy(
    records === undefined ? [] : new VerdictRecords(records).of(store.id),
    ({ archiveId }) => archiveId,
  );
  const archives = checked.flatMap((one) => {
    const archive = archiveOf(one, notes, verdicts);
    return archive === undefined ? [] : [archive];
  });
  const pruned = Map.groupBy(
    records === undefined ? [] : new PruneRecords(records).of(store.id),
    ({ seriesId }) => seriesId,
  );
  const groups = Map.groupBy(archives, ({ facts }) => keyOf(facts));
  const series = [...groups.values()].map((group) => {
    const id = group[0]!.facts.series?.id ?? null;
    const known = pruned.get(id) ?? [];
    return seriesOf(id, group, new Set(known.flatMap(({ sequence }) => sequence ?? [])));
  });
  return {
    series: series.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
    unknown: checked
      .filter(({ facts }) => facts === null)
      .map(({ stored, verdict, reason }) => ({
        name: stored.name,
        sizeBytes: stored.sizeBytes,
        verdict,
        reason,
      })),
    foreign: listing.foreign,
  };
}

function keyOf({ series, host, profile, stateDir }: ArchiveFacts): string {
  return series === null ? JSON.stringify([host, profile, stateDir]) : series.id;
}

function orderOf({ host, profile, stateDir, id }: CatalogSeries): string {
  return JSON.stringify([host, profile ?? "", stateDir, id ?? ""]);
}

function archiveOf(
  { stored, facts, verdict, reason }: Checked,
  notes: ReadonlyMap<string, ArchiveNote>,
  verdicts: ReadonlyMap<string, readonly VerdictRecord[]>,
): CatalogArchive | undefined {
  if (facts === null) return undefined;
  const records = verdicts.get(facts.archiveId) ?? [];
  const recorded = decisiveVerdict(records, stored.version);
  const isWhole = verdict === "complete";
  const shown = isWhole && recorded !== undefined ? recorded : { verdict, at: null };
  const note = notes.get(facts.archiveId);
  return {
    stored,
    facts,
    createdAt: new Date(facts.createdAt),
    sequence: facts.series?.sequence ?? null,
    verdict: shown.verdict,
    verifiedAt: shown.at,
    reason,
    isGood: isWhole && isProved(shown),
    complete: records.find(({ complete }) => complete !== null)?.complete ?? null,
    tags: [...new Set([...facts.tags, ...(note?.tags ?? [])])],
    pinned: note?.pinned ?? false,
  };
}

function seriesOf(id: string | null, group: readonly CatalogArchive[], pruned: Set<number>): CatalogSeries {
  const archives = group.toSorted((a, b) => newestFirst(named(a), named(b)));
  const newest = archives.find(({ isGood }) => isGood) ?? archives[0]!;
  const { host, profile, stateDir } = newest.facts;
  const members = archives.flatMap((archive) => memberOf(archive) ?? []).toReversed();
  // One that does not verify is not missing: it is here, and shown for what it is.
  const spoilt = archives.flatMap(({ isGood, sequence }) => (isGood ? [] : (sequence ?? [])));
  const gaps = gapsOf(members, new Set([...pruned, ...spoilt]));
  return { id, host, profile, stateDir, archives, gaps, forks: forksOf(members) };
}

function named({ stored: { name }, createdAt, sequence }: CatalogArchive): Parameters<typeof newestFirst>[0] {
  return { name, createdAt, sequence };
}

/** Of what does not verify no fork is concluded. */
function memberOf({ stored, facts, isGood }: CatalogArchive): Member | undefined {
  const { series, manifestSha256 } = facts;
  return isGood && series !== null ? { name: stored.name, manifestSha256, series } : undefined;
}
