import type { RecordsDatabase, Row } from "./database.ts";
import { isoOf, textOrNull } from "./installation-rows.ts";

/** What a verification said of an archive where it lies. */
export interface VerdictRecord {
  readonly archiveId: string;
  /** Null: in no store, only as a file. */
  readonly storeId: string | null;
  readonly level: "quick" | "intact" | "full";
  /** The store's token of the bytes that were read: a verdict holds for no others. Null where it gave none. */
  readonly version: string | null;
  /** The words of `ocbak verify`. */
  readonly verdict: string;
  /** Whether the capture was; null where that could not be read. */
  readonly complete: boolean | null;
  /** ISO 8601. */
  readonly at: string;
}

/** The last verdict on each archive, of each level, in each store. */
export class VerdictRecords {
  readonly #records: RecordsDatabase;

  constructor(records: RecordsDatabase) {
    this.#records = records;
  }

  put({ archiveId, storeId, level, version, verdict, complete, at }: VerdictRecord): void {
    this.#records.replace("verdicts", {
      archive_id: archiveId,
      store_id: storeId ?? "",
      level,
      version,
      verdict,
      complete: complete === null ? null : Number(complete),
      at: Date.parse(at),
    });
  }

  /** Those of a store, or of files in none, by archive. */
  of(storeId: string | null): VerdictRecord[] {
    const sql = "SELECT * FROM verdicts WHERE store_id = ? ORDER BY archive_id, level";
    return this.#records.all(sql, storeId ?? "").map(verdictOf);
  }

  /** Forgets an archive that is no longer there. */
  remove(archiveId: string, storeId: string | null): void {
    const sql = "DELETE FROM verdicts WHERE archive_id = ? AND store_id = ?";
    this.#records.run(sql, archiveId, storeId ?? "");
  }
}

function verdictOf(row: Row): VerdictRecord {
  const complete = row["complete"];
  return {
    archiveId: String(row["archive_id"]),
    storeId: row["store_id"] === "" ? null : String(row["store_id"]),
    level: String(row["level"]) as VerdictRecord["level"],
    version: textOrNull(row["version"]),
    verdict: String(row["verdict"]),
    complete: complete === null ? null : complete === 1,
    at: isoOf(row["at"]),
  };
}
