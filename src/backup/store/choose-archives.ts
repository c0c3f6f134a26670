import { ArchiveFactsCache } from "../../records/archive-facts-cache.ts";
import type { RecordsDatabase } from "../../records/database.ts";
import type { ArchiveStore, StoredArchive } from "../../store/archive-store.ts";
import type { Context } from "../context.ts";
import { BackupError } from "../errors.ts";
import { checkArchives, type Checked } from "./check-archives.ts";
import type { ArchiveFacts } from "./quick-check.ts";

/** An archive that somebody named. */
export interface ChosenArchive {
  readonly stored: StoredArchive;
  readonly facts: ArchiveFacts;
}

/** Fewer digits of an id are more likely a mistake than a name. */
const idPrefix = /^[0-9a-f]{4,30}$/;

/**
 * The archives of a store that are meant, each named by its file's name, its id, or a beginning of that which no other
 * has. Throws `no-such-archive`, `ambiguous-archive`, StoreError.
 */
export async function chooseArchives(
  { store, records }: { readonly store: ArchiveStore; readonly records: RecordsDatabase | undefined },
  wanted: readonly string[],
  context: Context,
): Promise<ChosenArchive[]> {
  const { archives } = await store.list();
  const named = new Set(wanted);
  const byName = archives.filter(({ name }) => named.has(name));
  // Ids stand in the archives: those are looked at only where one is asked for.
  const areAllNames = byName.length === named.size;
  const cache = areAllNames ? undefined : records && new ArchiveFactsCache(records);
  const checked = await checkArchives(store, areAllNames ? byName : archives, cache, context);
  const chosen = [...named].flatMap((one) => meant(one, checked, store.place));
  return [...new Map(chosen.map((one) => [one.stored.name, one])).values()];
}

function meant(wanted: string, checked: readonly Checked[], place: string): ChosenArchive[] {
  const byName = checked.find(({ stored }) => stored.name === wanted);
  if (byName !== undefined) return [withFacts(byName)];
  const byId = idPrefix.test(wanted)
    ? checked.filter(({ facts }) => facts?.archiveId.startsWith(wanted))
    : [];
  const ids = new Set(byId.map(({ facts }) => facts?.archiveId));
  if (ids.size === 1) return byId.map(withFacts);
  if (ids.size === 0)
    throw new BackupError(
      "no-such-archive",
      `${JSON.stringify(wanted)} is neither the name nor the id of an archive in ${place}`,
    );
  throw new BackupError(
    "ambiguous-archive",
    `the ids of ${ids.size} archives in ${place} begin with ${wanted}`,
    {
      hint: `write more of it: ${[...ids].slice(0, 5).join(", ")}`,
    },
  );
}

function withFacts({ stored, facts, reason }: Checked): ChosenArchive {
  if (facts !== null) return { stored, facts };
  throw new BackupError(
    "no-such-archive",
    `${stored.name} does not tell its archive id: ${reason ?? "it is no archive"}`,
  );
}
