import type { RecordsDatabase, Row } from "./database.ts";
import { isoOf, keyValues, ofInstallation, textOrNull } from "./installation-rows.ts";
import type { InstallationKey, RunStep } from "./run-record.ts";

/** A step that was done, or failed, in one store. */
export interface StoreEvent {
  readonly step: RunStep;
  /** ISO 8601: when its run ended, or began where it was killed. */
  readonly at: string;
  readonly ok: boolean;
  readonly reason: string | null;
}

/** A store that none of them was to write to is no longer used. */
const runsLookedAt = 200;

// In this order of tables the index on steps gives the last one first.
const events = `SELECT steps.step, steps.outcome, steps.reason, coalesce(finished_at, started_at) AS at
  FROM steps CROSS JOIN runs ON runs.id = steps.run_id
  WHERE ${ofInstallation} AND steps.store = ?`;

/** What runs did to stores, by the stores' names. */
export class StoreHistory {
  readonly #records: RecordsDatabase;

  constructor(records: RecordsDatabase) {
    this.#records = records;
  }

  /** The stores that archives of an installation were to go to of late, those of its last such run first. */
  stores(installation: InstallationKey): string[] {
    const sql = `SELECT store FROM steps
      WHERE run_id IN (SELECT id FROM runs WHERE ${ofInstallation} ORDER BY id DESC LIMIT ?)
        AND step IN ('create', 'copy') AND store IS NOT NULL
      GROUP BY store ORDER BY max(run_id) DESC, min(position)`;
    const rows = this.#records.all(sql, ...keyValues(installation), runsLookedAt);
    return rows.map((row) => String(row["store"]));
  }

  /**
   * When the last whole archive came into a store, as far as it ended by then: made or copied and not found wanting
   * there, even where another step of the run failed.
   */
  lastArchive(installation: InstallationKey, store: string, notAfter: Date): string | null {
    const row = this.#records.get(
      `SELECT finished_at FROM runs INDEXED BY runs_in_order
       WHERE ${ofInstallation} AND outcome IN ('done', 'incomplete', 'failed') AND finished_at <= ?
         AND EXISTS (SELECT 1 FROM steps WHERE run_id = runs.id AND store = ?
           AND step IN ('create', 'copy') AND steps.outcome = 'done')
         AND NOT EXISTS (SELECT 1 FROM steps WHERE run_id = runs.id
           AND ((step = 'create' AND steps.outcome = 'incomplete')
             OR (store = ? AND step IN ('create', 'verify', 'copy') AND steps.outcome <> 'done')))
       ORDER BY id DESC LIMIT 1`,
      ...keyValues(installation),
      notAfter.getTime(),
      store,
      store,
    );
    return row === undefined ? null : isoOf(row["finished_at"]);
  }

  /** The last step that failed there. */
  lastFailure(installation: InstallationKey, store: string): StoreEvent | null {
    const sql = `${events} AND steps.outcome = 'failed' ORDER BY steps.run_id DESC, position LIMIT 1`;
    return eventOf(this.#records.get(sql, ...keyValues(installation), store));
  }

  /** The last time that a part of all its archives was read. */
  lastRead(installation: InstallationKey, store: string): StoreEvent | null {
    const sql = `${events} AND step = 'subset' AND steps.outcome <> 'skipped' ORDER BY steps.run_id DESC LIMIT 1`;
    return eventOf(this.#records.get(sql, ...keyValues(installation), store));
  }
}

function eventOf(row: Row | undefined): StoreEvent | null {
  if (row === undefined) return null;
  return {
    step: String(row["step"]) as RunStep,
    at: isoOf(row["at"]),
    ok: row["outcome"] === "done",
    reason: textOrNull(row["reason"]),
  };
}
