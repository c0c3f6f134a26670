import type { RecordsDatabase } from "../../records/database.ts";
import { VerdictRecords, type VerdictRecord } from "../../records/verdict-records.ts";
import type { ArchiveStore } from "../../store/archive-store.ts";
import type { Checked } from "./check-archives.ts";
import { decisiveVerdict, isProved } from "./decisive-verdict.ts";
import type { ArchiveFacts } from "./quick-check.ts";
import type { Readable } from "./reading-order.ts";
import type { KnownBad } from "./verify-store-report.ts";

/** An archive of a store that tells whose it is, and when it was read. */
export type ToRead = Readable &
  Omit<Checked, "facts"> & {
    readonly facts: ArchiveFacts;
    /** Null: never, as far as this machine knows. */
    readonly lastReadAt: Date | null;
    readonly recorded: VerdictRecord | undefined;
  };

/** Adds to the archives of a store when all bytes of each were last read. */
export function withHistory(
  checked: readonly Checked[],
  { id }: ArchiveStore,
  records: RecordsDatabase | undefined,
): ToRead[] {
  const all = records === undefined ? [] : new VerdictRecords(records).of(id);
  const byArchive = Map.groupBy(all, ({ archiveId }) => archiveId);
  return checked.flatMap(({ facts, ...one }) => {
    if (facts === null) return [];
    const { version, sizeBytes } = one.stored;
    const verdicts = byArchive.get(facts.archiveId) ?? [];
    const lastReadAt = lastReading(verdicts, version);
    const readAt = lastReadAt ?? new Date(facts.createdAt);
    const recorded = decisiveVerdict(verdicts, version);
    return [{ ...one, facts, archiveId: facts.archiveId, sizeBytes, lastReadAt, readAt, recorded }];
  });
}

/** Of these bytes: what was read of a file before it was replaced counts for nothing. */
function lastReading(verdicts: readonly VerdictRecord[], version: string): Date | null {
  const times = verdicts
    .filter((one) => one.version === version && one.level !== "quick")
    .map(({ at }) => Date.parse(at));
  return times.length === 0 ? null : new Date(Math.max(...times));
}

/** Of archives that are not read now those that are not whole: a failure told once is not over the next day. */
export function knownBad(unread: readonly (Checked | ToRead)[]): KnownBad[] {
  return unread.flatMap((one): KnownBad[] => {
    const { stored, verdict, reason, facts } = one;
    const what = { name: stored.name, archiveId: facts?.archiveId ?? null };
    const recorded = "recorded" in one ? one.recorded : undefined;
    if (recorded !== undefined && !isProved(recorded))
      return [{ ...what, verdict: recorded.verdict, reason: null, at: recorded.at }];
    return verdict === "complete" ? [] : [{ ...what, verdict, reason, at: null }];
  });
}
