import type { RecordsDatabase, Row } from "./database.ts";
import {
  installationOf,
  isoOf,
  keyColumns,
  keyValues,
  ofInstallation,
  textOrNull,
} from "./installation-rows.ts";
import type { InstallationKey } from "./run-record.ts";

/** A proof that an archive restores, or that it does not. */
export interface DrillRecord {
  /** Whose archive it was, as its manifest says. */
  readonly installation: InstallationKey;
  readonly archiveId: string;
  readonly ok: boolean;
  /** Why not, in one line; null where it restores. */
  readonly reason: string | null;
  /** ISO 8601: when it ended. */
  readonly at: string;
  readonly durationMs: number;
}

export class DrillRecords {
  readonly #records: RecordsDatabase;

  constructor(records: RecordsDatabase) {
    this.#records = records;
  }

  add({ installation, archiveId, ok, reason, at, durationMs }: DrillRecord): void {
    this.#records.insert("drills", {
      ...keyColumns(installation),
      archive_id: archiveId,
      ok: Number(ok),
      reason,
      at: Date.parse(at),
      duration_ms: Math.round(durationMs),
    });
  }

  /** The last one, or the last that showed what `ok` says. */
  latest(installation: InstallationKey, ok?: boolean): DrillRecord | null {
    const rows = this.#records.all(
      `SELECT * FROM drills WHERE ${ofInstallation} AND ok IN (?, ?) ORDER BY id DESC LIMIT 1`,
      ...keyValues(installation),
      Number(ok ?? true),
      Number(ok ?? false),
    );
    return rows[0] === undefined ? null : drillOf(rows[0]);
  }
}

function drillOf(row: Row): DrillRecord {
  return {
    installation: installationOf(row),
    archiveId: String(row["archive_id"]),
    ok: row["ok"] === 1,
    reason: textOrNull(row["reason"]),
    at: isoOf(row["at"]),
    durationMs: Number(row["duration_ms"]),
  };
}
