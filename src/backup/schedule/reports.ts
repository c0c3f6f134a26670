import type { BackendName } from "../../schedule/job.ts";
import type { DiffLine } from "../../schedule/line-diff.ts";

/** What became of a text that a scheduler reads. */
export interface TextChange {
  /** `crontab`, or a path. */
  readonly path: string;
  readonly diff: readonly DiffLine[];
}

export interface InstallReport {
  readonly name: string;
  readonly backend: BackendName;
  readonly scope: "user" | "system";
  /** In words. */
  readonly when: string;
  readonly randomDelaySeconds: number;
  readonly command: readonly string[];
  /** Names of the variables that the job is given. */
  readonly environment: readonly string[];
  /** ISO 8601; without the random delay. */
  readonly next: string;
  readonly changes: readonly TextChange[];
  /** `unchanged`: it was installed like this and at work already. */
  readonly outcome: "installed" | "unchanged" | "dry-run";
  /** How to read what a run printed. */
  readonly log: string;
  readonly warnings: readonly string[];
  readonly hints: readonly string[];
}

export interface RemoveReport {
  readonly name: string;
  readonly changes: readonly TextChange[];
  readonly outcome: "removed" | "dry-run";
}

/** The last run as the scheduler knows it. Times in ISO 8601. */
export interface LastRunReport {
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly exitStatus: number | null;
  readonly result: string | null;
}

export interface JobReport {
  readonly name: string;
  readonly backend: BackendName;
  readonly when: string;
  readonly randomDelaySeconds: number;
  readonly command: readonly string[];
  readonly enabled: boolean;
  readonly running: boolean;
  readonly next: string | null;
  readonly last: LastRunReport | null;
  readonly log: string;
  /** Why backups do not come, or may stop coming; none where all is well. */
  readonly problems: readonly string[];
  /** What would make them come more surely. */
  readonly hints: readonly string[];
}

export interface ScheduleReport {
  readonly scope: "user" | "system";
  readonly jobs: readonly JobReport[];
}

export interface RunNowReport {
  readonly name: string;
  readonly backend: BackendName;
  /** False: it was started, and how it ends `status` tells. */
  readonly waited: boolean;
  readonly last: LastRunReport | null;
  readonly log: string;
}
