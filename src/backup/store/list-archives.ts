import { ArchiveFactsCache } from "../../records/archive-facts-cache.ts";
import type { Context } from "../context.ts";
import { type CatalogArchive, type CatalogSeries, type CatalogSources, readCatalog } from "./catalog.ts";
import { type RetentionChoice, isMeant, requirePolicy, retain } from "./retain.ts";
import type { ArchivesReport, ListedArchive, ListedSeries } from "./store-reports.ts";

/** What a store holds, by series; with a policy, what it keeps of them. Throws `bad-policy`, StoreError, RecordsError. */
export async function listArchives(
  { store, records }: Omit<CatalogSources, "cache">,
  choice: RetentionChoice | undefined,
  context: Context,
): Promise<ArchivesReport> {
  if (choice !== undefined) requirePolicy(choice);
  const cache = records && new ArchiveFactsCache(records);
  const catalog = await readCatalog({ store, records, cache }, context);
  return {
    store: store.place,
    storeId: store.id,
    policy: choice?.policy ?? null,
    series: catalog.series.map((series) => listed(series, choice, context)),
    unknown: catalog.unknown,
    foreign: catalog.foreign,
  };
}

function listed(series: CatalogSeries, choice: RetentionChoice | undefined, context: Context): ListedSeries {
  const { id, host, profile, stateDir, archives, gaps, forks } = series;
  const isDecided = choice !== undefined && isMeant(series, choice, context);
  const decisions = isDecided ? retain(series, choice.policy, context.now()) : [];
  const keptBy = new Map(decisions.map(({ archive, keptBy: rules }) => [archive.archive, rules] as const));
  return {
    id,
    host,
    profile,
    stateDir,
    archives: archives.map((archive) => listedArchive(archive, keptBy.get(archive) ?? null)),
    gaps,
    forks,
  };
}

function listedArchive(archive: CatalogArchive, keptBy: ListedArchive["keptBy"]): ListedArchive {
  const { stored, facts, sequence, verdict, verifiedAt, reason, complete, tags, pinned } = archive;
  return {
    name: stored.name,
    archiveId: facts.archiveId,
    createdAt: facts.createdAt,
    sizeBytes: stored.sizeBytes,
    sequence,
    verdict,
    verifiedAt,
    reason,
    complete,
    signer: facts.signer,
    tags,
    pinned,
    keptBy,
  };
}
