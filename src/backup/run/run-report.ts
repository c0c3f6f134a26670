import type { InstallationKey, RunArchive, StepRecord } from "../../records/run-record.ts";

/** What a run came to for one installation. */
export interface InstallationRun {
  readonly installation: InstallationKey;
  /** The worst of its steps. */
  readonly outcome: "done" | "incomplete" | "failed";
  /** What it made; null where that failed. */
  readonly archive: RunArchive | null;
  /** Of the store that the archive was written into; null where there is no archive. */
  readonly store: string | null;
  /** What `create` warned of. */
  readonly warnings: readonly string[];
  readonly steps: readonly StepRecord[];
}

/** The whole nightly job. */
export interface RunReport {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly outcome: "done" | "incomplete" | "failed";
  readonly installations: readonly InstallationRun[];
}

/** The same, and what came of telling others: steps of the kind `notify`. */
export interface ToldReport extends RunReport {
  readonly told: readonly StepRecord[];
}
