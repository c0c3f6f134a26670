/** What tells an installation from all others that this machine knows. */
export interface InstallationKey {
  readonly host: string;
  readonly profile: string | null;
  readonly stateDir: string;
}

export function isSameInstallation(one: InstallationKey, other: InstallationKey): boolean {
  return one.host === other.host && one.profile === other.profile && one.stateDir === other.stateDir;
}

export const runSteps = ["create", "verify", "copy", "prune", "drill", "subset", "notify"] as const;
export type RunStep = (typeof runSteps)[number];

/** `incomplete`: done, and data that matters was missed at capture. `skipped`: an earlier step left nothing to do. */
export type Outcome = "done" | "incomplete" | "failed" | "skipped";

/** One step of a run as it ended. */
export interface StepRecord {
  readonly step: RunStep;
  /** The store it was done in, as people name it; null for a step that has none. */
  readonly store: string | null;
  readonly outcome: Outcome;
  /** Why it did not go as it should, in one line; null where it did. */
  readonly reason: string | null;
  /** The code of the error, as `--json` has it: all of it that others may be told. Null where there was none. */
  readonly code: string | null;
  readonly durationMs: number;
}

/** The archive that a run made. */
export interface RunArchive {
  readonly archiveId: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** ISO 8601, as in the manifest. */
  readonly createdAt: string;
}

/** A run of the nightly job for one installation, as it ended. */
export interface RunRecord {
  readonly installation: InstallationKey;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** The worst of the steps, those apart that were skipped and those that told others: `notify`. */
  readonly outcome: "done" | "incomplete" | "failed";
  readonly archive: RunArchive | null;
  readonly steps: readonly StepRecord[];
}
