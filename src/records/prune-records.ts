import type { RecordsDatabase, Row } from "./database.ts";
import { isoOf, textOrNull } from "./installation-rows.ts";

/** An archive that `ocbak prune` removed: a gap in its series that is none. */
export interface PruneRecord {
  readonly archiveId: string;
  readonly storeId: string;
  /** Null: it belonged to no series. */
  readonly seriesId: string | null;
  readonly sequence: number | null;
  /** ISO 8601. */
  readonly at: string;
}

export class PruneRecords {
  readonly #records: RecordsDatabase;

  constructor(records: RecordsDatabase) {
    this.#records = records;
  }

  put({ archiveId, storeId, seriesId, sequence, at }: PruneRecord): void {
    this.#records.replace("prunes", {
      archive_id: archiveId,
      store_id: storeId,
      series_id: seriesId,
      sequence,
      at: Date.parse(at),
    });
  }

  /** What was removed from a store, by series and sequence. */
  of(storeId: string): PruneRecord[] {
    const sql = "SELECT * FROM prunes WHERE store_id = ? ORDER BY series_id, sequence, archive_id";
    return this.#records.all(sql, storeId).map(pruneOf);
  }
}

function pruneOf(row: Row): PruneRecord {
  return {
    archiveId: String(row["archive_id"]),
    storeId: String(row["store_id"]),
    seriesId: textOrNull(row["series_id"]),
    sequence: row["sequence"] === null ? null : Number(row["sequence"]),
    at: isoOf(row["at"]),
  };
}
