import type { RetentionPolicy } from "../../store/retention/policy.ts";
import type { UnknownArchive } from "./catalog.ts";
import type { FoundLeftover } from "./leftovers.ts";
import type { Fork, Gap } from "./series-order.ts";

/** Whose archives they are; `id` is null for archives without a series. */
export interface SeriesName {
  readonly id: string | null;
  readonly host: string;
  readonly profile: string | null;
  readonly stateDir: string;
}

export interface ListedArchive {
  readonly name: string;
  readonly archiveId: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly sizeBytes: number;
  readonly sequence: number | null;
  readonly verdict: string;
  /** ISO 8601; null: it was looked at just now. */
  readonly verifiedAt: string | null;
  readonly reason: string | null;
  readonly complete: boolean | null;
  readonly signer: string | null;
  readonly tags: readonly string[];
  readonly pinned: boolean;
  /** What keeps it; none: the policy would remove it. Null where no policy was given, or not for its host. */
  readonly keptBy: readonly string[] | null;
}

export interface ListedSeries extends SeriesName {
  /** Newest first. */
  readonly archives: readonly ListedArchive[];
  readonly gaps: readonly Gap[];
  readonly forks: readonly Fork[];
}

/** `ocbak archives` of one store. */
export interface ArchivesReport {
  readonly store: string;
  readonly storeId: string;
  readonly policy: RetentionPolicy | null;
  readonly series: readonly ListedSeries[];
  readonly unknown: readonly UnknownArchive[];
  readonly foreign: number;
}

/** `gone`: another removed it first. `to-remove`: a dry run. */
export type Fate = "kept" | "to-remove" | "removed" | "gone" | "failed";

export interface PrunedArchive {
  readonly name: string;
  readonly archiveId: string;
  readonly createdAt: string;
  readonly sizeBytes: number;
  readonly fate: Fate;
  readonly keptBy: readonly string[];
  /** Why it could not be removed. */
  readonly reason: string | null;
}

export interface PrunedSeries extends SeriesName {
  /** Newest first. */
  readonly archives: readonly PrunedArchive[];
}

/** `ocbak prune` of one store. */
export interface PruneReport {
  readonly store: string;
  readonly storeId: string;
  readonly policy: RetentionPolicy;
  readonly dryRun: boolean;
  readonly series: readonly PrunedSeries[];
  /** Those of other hosts: not looked at for what to remove. */
  readonly untouched: readonly (SeriesName & { readonly archives: number })[];
  readonly unknown: readonly UnknownArchive[];
  readonly foreign: number;
  /** Unfinished files; not in `removed`. */
  readonly leftovers: readonly FoundLeftover[];
  /** Removed, or to be removed in a dry run. */
  readonly removed: { readonly archives: number; readonly bytes: number };
  readonly failed: number;
}
