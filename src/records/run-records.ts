import { ProcessMark } from "../system/process-mark.ts";
import type { RecordsDatabase, Row } from "./database.ts";
import {
  installationOf,
  isoOf,
  keyColumns,
  keyValues,
  ofInstallation,
  textOrNull,
} from "./installation-rows.ts";
import type { InstallationKey, RunArchive, RunRecord, StepRecord } from "./run-record.ts";

/** A run as it stands in the records: perhaps without an end. */
export interface RecordedRun {
  readonly id: number;
  readonly installation: InstallationKey;
  /** ISO 8601, as all times here. */
  readonly startedAt: string;
  /** Null while it runs, and for ever where it was killed. */
  readonly finishedAt: string | null;
  /** `open`: no end was written; whether its process still lives tells {@link RecordedRun.mark}. */
  readonly outcome: RunRecord["outcome"] | "killed" | "open";
  readonly mark: ProcessMark;
  readonly archive: RunArchive | null;
  readonly steps: readonly StepRecord[];
}

export type RunEnd = Pick<RunRecord, "finishedAt" | "outcome" | "archive">;

/** The runs of the nightly job: written as they go, so that one that was killed is known by its want of an end. */
export class RunRecords {
  readonly #records: RecordsDatabase;

  constructor(records: RecordsDatabase) {
    this.#records = records;
  }

  /** Writes down that a run begins, and gives its id. */
  begin(installation: InstallationKey, startedAt: string, mark: ProcessMark): number {
    return this.#records.insert("runs", {
      ...keyColumns(installation),
      started_at: Date.parse(startedAt),
      process: JSON.stringify(mark),
    });
  }

  /** Writes down a step of a run that goes on. */
  addStep(id: number, { durationMs, ...what }: StepRecord): void {
    this.#records.transaction(() => {
      const position = this.#stepsOf(id).length;
      const { step, store, outcome, reason, code } = what;
      const row = { run_id: id, position, step, store, outcome, reason, code };
      this.#records.insert("steps", { ...row, duration_ms: Math.round(durationMs) });
    });
  }

  finish(id: number, { finishedAt, outcome, archive }: RunEnd): void {
    this.#records.run(
      `UPDATE runs SET finished_at = ?, outcome = ?, archive_id = ?, archive_name = ?, archive_bytes = ?,
       archive_created_at = ? WHERE id = ?`,
      Date.parse(finishedAt),
      outcome,
      archive?.archiveId ?? null,
      archive?.name ?? null,
      archive?.sizeBytes ?? null,
      archive?.createdAt ?? null,
      id,
    );
  }

  /** Writes down that a run without an end has none to come. */
  markKilled(id: number): void {
    this.#records.run("UPDATE runs SET outcome = 'killed' WHERE id = ? AND outcome IS NULL", id);
  }

  /** Every installation of which a run was recorded, by place, profile and host. */
  installations(): InstallationKey[] {
    const sql = "SELECT DISTINCT state_dir, profile, host FROM runs ORDER BY state_dir, profile, host";
    return this.#records.all(sql).map(installationOf);
  }

  /** The last runs of an installation, the last one first: by order of recording, as clocks are set back and forth. */
  latest(installation: InstallationKey, limit: number): RecordedRun[] {
    const sql = `SELECT * FROM runs WHERE ${ofInstallation} ORDER BY id DESC LIMIT ?`;
    return this.#read(sql, ...keyValues(installation), limit);
  }

  /** The last run that went well and ended by then: one from a time when the clock was ahead proves nothing. */
  lastSuccess(installation: InstallationKey, notAfter: Date): RecordedRun | null {
    const sql = `SELECT * FROM runs WHERE ${ofInstallation} AND outcome = 'done' AND finished_at <= ?
      ORDER BY id DESC LIMIT 1`;
    return this.#read(sql, ...keyValues(installation), notAfter.getTime())[0] ?? null;
  }

  /** The last runs that ended so, the last one first. */
  latestThatEnded(
    outcome: RunRecord["outcome"] | "killed",
    key: InstallationKey,
    limit: number,
  ): RecordedRun[] {
    const sql = `SELECT * FROM runs WHERE ${ofInstallation} AND outcome = ? ORDER BY id DESC LIMIT ?`;
    return this.#read(sql, ...keyValues(key), outcome, limit);
  }

  /** The last runs that did not go well, those without an end too, the last one first. */
  latestNotDone(installation: InstallationKey, limit: number): RecordedRun[] {
    const sql = `SELECT * FROM runs WHERE ${ofInstallation} AND outcome IS NOT 'done' ORDER BY id DESC LIMIT ?`;
    return this.#read(sql, ...keyValues(installation), limit);
  }

  /** How many did not go well since the run of that id, those without an end too. */
  countNotDone(installation: InstallationKey, sinceId: number): number {
    const sql = `SELECT count(*) AS runs FROM runs WHERE ${ofInstallation} AND outcome IS NOT 'done' AND id > ?`;
    return Number(this.#records.get(sql, ...keyValues(installation), sinceId)?.["runs"]);
  }

  /** Those without an end, of all installations or of one. */
  open(installation?: InstallationKey): RecordedRun[] {
    if (installation === undefined) return this.#read("SELECT * FROM runs WHERE outcome IS NULL ORDER BY id");
    const sql = `SELECT * FROM runs WHERE ${ofInstallation} AND outcome IS NULL ORDER BY id`;
    return this.#read(sql, ...keyValues(installation));
  }

  /** Removes what is recorded of an installation; how many runs that was. */
  forget(installation: InstallationKey): number {
    return this.#records.transaction(() => {
      this.#records.run(`DELETE FROM drills WHERE ${ofInstallation}`, ...keyValues(installation));
      return this.#records.run(`DELETE FROM runs WHERE ${ofInstallation}`, ...keyValues(installation))
        .changes;
    });
  }

  #read(sql: string, ...values: readonly (string | number | null)[]): RecordedRun[] {
    return this.#records.all(sql, ...values).map((row) => runOf(row, this.#stepsOf(Number(row["id"]))));
  }

  #stepsOf(id: number): StepRecord[] {
    const sql = "SELECT * FROM steps WHERE run_id = ? ORDER BY position";
    return this.#records.all(sql, id).map(stepOf);
  }
}

function runOf(row: Row, steps: readonly StepRecord[]): RecordedRun {
  return {
    id: Number(row["id"]),
    installation: installationOf(row),
    startedAt: isoOf(row["started_at"]),
    finishedAt: row["finished_at"] === null ? null : isoOf(row["finished_at"]),
    outcome: (row["outcome"] ?? "open") as RecordedRun["outcome"],
    mark: ProcessMark.parse(JSON.parse(String(row["process"]))),
    archive: archiveOf(row),
    steps,
  };
}

function archiveOf(row: Row): RunArchive | null {
  if (row["archive_id"] === null) return null;
  return {
    archiveId: String(row["archive_id"]),
    name: String(row["archive_name"]),
    sizeBytes: Number(row["archive_bytes"]),
    createdAt: String(row["archive_created_at"]),
  };
}

function stepOf(row: Row): StepRecord {
  return {
    step: String(row["step"]) as StepRecord["step"],
    store: textOrNull(row["store"]),
    outcome: String(row["outcome"]) as StepRecord["outcome"],
    reason: textOrNull(row["reason"]),
    code: textOrNull(row["code"]),
    durationMs: Number(row["duration_ms"]),
  };
}
