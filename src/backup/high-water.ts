import type { Manifest } from "../format/manifest.ts";
import { openRecords, openRecordsToRead } from "../records/database.ts";
import { RecordsError } from "../records/errors.ts";
import { SeriesRecords } from "../records/series-records.ts";
import type { Context } from "./context.ts";
import { BackupError } from "./errors.ts";

type Seen = Pick<Manifest, "archiveId" | "createdAt" | "series">;

/**
 * What speaks against an archive as the newest of its series: a later one was seen on this machine. Undefined where none
 * was, and, with a warning, where the records cannot be read.
 */
export function olderThanSeen(
  { archiveId, createdAt, series }: Seen,
  context: Context,
): BackupError | undefined {
  if (series === null) return undefined;
  try {
    using records = openRecordsToRead(context);
    const mark = records && new SeriesRecords(records).mark(series.id);
    if (!mark || mark.archiveId === archiveId || mark.sequence < series.sequence) return undefined;
    const which = `number ${mark.sequence} of ${mark.createdAt}`;
    return new BackupError(
      "older-than-seen",
      mark.sequence === series.sequence
        ? `the archive of ${createdAt} is not the one that was seen here as ${which}: two have the same place in their series`
        : `the archive is of ${createdAt}, number ${series.sequence} of its series; this machine has seen ${which}`,
      // A dry run shows it without asking for the hint of the code.
      { hint: "use the newer one; --allow-older restores this one all the same" },
    );
  } catch (error) {
    warnOfRecords(error, context);
    return undefined;
  }
}

/** Raises the mark of an archive's series, once its seal was proved: before that anybody may have written the manifest. */
export function noteSeen({ archiveId, createdAt, series }: Seen, context: Context): void {
  if (series === null) return;
  try {
    using records = openRecords(context);
    new SeriesRecords(records).raise(series.id, { sequence: series.sequence, archiveId, createdAt });
  } catch (error) {
    warnOfRecords(error, context);
  }
}

function warnOfRecords(error: unknown, context: Context): void {
  if (!(error instanceof RecordsError)) throw error;
  context.notice(`warning: ${error.message}; whether a newer archive was seen here cannot be told`);
}
