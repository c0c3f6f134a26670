import { ArchiveFactsCache } from "../../records/archive-facts-cache.ts";
import type { RecordsDatabase } from "../../records/database.ts";
import { RecordsError } from "../../records/errors.ts";
import { type InstallationKey, isSameInstallation } from "../../records/run-record.ts";
import type { SeriesMember } from "../../records/series-records.ts";
import type { ArchiveStore } from "../../store/archive-store.ts";
import { StoreError } from "../../store/errors.ts";
import type { Context } from "../context.ts";
import { type CatalogSeries, readCatalog } from "../store/catalog.ts";

/** A store may be shared, and a number be forged: behind the highest that there is no archive could follow. */
const sequenceMax = 2 ** 52;

/**
 * The furthest archive that a store has of each series of an installation, that with the newest archive first: a series
 * goes on behind it also where the records of this machine were lost, or are older than the store.
 */
export async function furthestIn(
  store: ArchiveStore,
  installation: InstallationKey,
  { records, context }: { readonly records: RecordsDatabase; readonly context: Context },
): Promise<SeriesMember[]> {
  try {
    const catalog = await readCatalog({ store, records, cache: new ArchiveFactsCache(records) }, context);
    return catalog.series
      .filter((series) => isSameInstallation(series, installation))
      .toSorted((a, b) => newestIn(b) - newestIn(a))
      .flatMap((series) => furthestOf(series) ?? []);
  } catch (error) {
    // What keeps a store from being read is said by the step that needs it; a backup does not.
    if (error instanceof StoreError || error instanceof RecordsError) return [];
    throw error;
  }
}

function newestIn({ archives }: CatalogSeries): number {
  return Math.max(...archives.map(({ createdAt }) => createdAt.getTime()));
}

function furthestOf({ archives }: CatalogSeries): SeriesMember | undefined {
  const members = archives.flatMap(({ facts: { archiveId, series, manifestSha256 }, isGood }) =>
    isGood && series !== null && series.sequence < sequenceMax
      ? [{ archiveId, seriesId: series.id, sequence: series.sequence, manifestSha256 }]
      : [],
  );
  return members.toSorted((a, b) => b.sequence - a.sequence)[0];
}
