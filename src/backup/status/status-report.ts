import type { DrillRecord } from "../../records/drill-records.ts";
import type { RunArchive, StepRecord } from "../../records/run-record.ts";
import type { StoreEvent } from "../../records/store-history.ts";

/** `never`: nothing ever ended well, or only at a time that is still to come. */
export type Freshness = "fresh" | "overdue" | "never";

/** What makes a status a bad one. `store` where it is one store's. */
export interface StatusProblem {
  readonly code: "overdue" | "never" | "drill-failed";
  readonly store: string | null;
}

/** All times are ISO 8601. */
export interface InstallationStatus {
  readonly host: string;
  readonly profile: string | null;
  readonly stateDir: string;
  readonly state: Freshness;
  readonly problems: readonly StatusProblem[];
  readonly lastSuccess: {
    readonly at: string;
    readonly ageMs: number;
    readonly durationMs: number;
    readonly archive: RunArchive | null;
  } | null;
  readonly lastFailure: {
    readonly at: string;
    /** `killed`: it never came to an end. */
    readonly outcome: "failed" | "incomplete" | "killed";
    /** What went wrong in it. */
    readonly steps: readonly StepRecord[];
  } | null;
  /** Runs that did not go well since the last that did. */
  readonly failuresSince: number;
  /** How the last run that is over ended; null where none is. */
  readonly lastOutcome: "done" | "incomplete" | "failed" | "killed" | null;
  /** Of the last run that is over: what others could not be told. */
  readonly untold: readonly string[];
  readonly running: { readonly since: string } | null;
  /** Of the last good backups, the oldest first. */
  readonly sizes: readonly Pick<RunArchive, "createdAt" | "sizeBytes">[];
  readonly lastDrill: Omit<DrillRecord, "installation"> | null;
  readonly stores: readonly StoreStatus[];
}

export interface StoreStatus {
  readonly store: string;
  readonly state: Freshness;
  readonly lastArchive: { readonly at: string; readonly ageMs: number } | null;
  readonly lastFailure: StoreEvent | null;
  /** When a part of all its archives was read. */
  readonly lastRead: StoreEvent | null;
}

/** A timer of `ocbak schedule`. */
export interface TimerStatus {
  readonly name: string;
  /** Null: it is off, or its scheduler does not tell. */
  readonly next: string | null;
  /** Why backups do not come, or may stop coming. */
  readonly problems: readonly string[];
}

export interface StatusReport {
  readonly at: string;
  readonly maxAgeMs: number;
  /** Whether there is something recorded, and no problem with any installation. */
  readonly ok: boolean;
  readonly installations: readonly InstallationStatus[];
  readonly timers: readonly TimerStatus[];
  /** What could not be looked at. */
  readonly warnings: readonly string[];
}
