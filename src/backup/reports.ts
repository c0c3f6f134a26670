import type { EntryStatus, SectionName } from "../format/entry.ts";

/** How much an archive was proved to hold, in rising order (specification § Verdicts). */
export type ProvedVerdict = "complete" | "intact" | "full" | "authentic";
export type RefusedVerdict =
  | "damaged"
  | "partial"
  | "unsafe"
  | "unbound"
  | "unsupported"
  | "not-an-archive"
  | "stale";
export type Verdict = ProvedVerdict | RefusedVerdict;
export type VerifyLevel = "quick" | "intact" | "full";

export interface CaptureFinding {
  /** Entry path as text; bytes that are no UTF-8 as `pathHex` beside it. */
  readonly path: string;
  readonly pathHex?: string;
  readonly status: EntryStatus;
  readonly reason: string;
}

export interface CreateReport {
  /** Where the archive was published, or `-` for standard output, or null for a dry run. */
  readonly archive: string | null;
  readonly archiveId: string;
  readonly profile: string | null;
  readonly stateDir: string;
  readonly workspaces: readonly { readonly agents: readonly string[]; readonly path: string }[];
  readonly sizeBytes: number;
  readonly contentBytes: number;
  readonly entries: {
    readonly total: number;
    readonly ok: number;
    readonly changed: number;
    readonly vanished: number;
    readonly unreadable: number;
    readonly excluded: number;
    readonly moved: number;
    readonly database: number;
  };
  readonly sections: readonly {
    readonly name: SectionName;
    readonly sealed: boolean;
    readonly entries: number;
    readonly contentBytes: number;
    readonly storedBytes: number;
  }[];
  readonly findings: readonly CaptureFinding[];
  /** Warnings for people: remote mode, a database that failed its check, … */
  readonly warnings: readonly string[];
  /** False where data that matters was missed: exit status 3. */
  readonly complete: boolean;
  readonly durationMs: number;
  readonly verified: "full" | "intact" | "none";
}

export type RangeKind = "damaged" | "missing" | "zero-filled" | "trailing";
export interface BadRange {
  /** Bytes of the archive file; `length` null where the tail is gone and its size unknown. */
  readonly offset: number;
  readonly length: number | null;
  readonly kind: RangeKind;
}

export interface VerifyFinding {
  readonly code: string;
  readonly section?: string;
  readonly path?: string;
  readonly offset?: number;
  readonly length?: number;
  readonly reason: string;
}

/** What became of one entry in a cut or damaged copy. `proof`: by what a whole one is known to be whole. */
export interface EntryCondition {
  readonly path: string;
  readonly pathHex?: string;
  readonly section: SectionName;
  readonly condition: "cut" | "missing" | "damaged" | "unknown";
}

export interface SectionReport {
  readonly name: SectionName;
  readonly verdict: Verdict;
  /** Bytes of the section's stored stream that are here, and that should be (null when the tail is gone). */
  readonly presentBytes: number;
  readonly expectedBytes: number | null;
  readonly badRanges: readonly BadRange[];
  readonly entries: EntryCounts;
}

export interface EntryCounts {
  readonly whole: number;
  readonly cut: number;
  readonly missing: number;
  readonly damaged: number;
  readonly unknown: number;
}

export interface VerifyReport {
  readonly archive: string;
  readonly archiveId: string | null;
  readonly createdAt: string | null;
  readonly profile: string | null;
  readonly level: VerifyLevel;
  readonly verdict: Verdict;
  /** Whether the capture itself had holes; null where that stands in a part that cannot be read. */
  readonly capture: {
    readonly complete: boolean | null;
    readonly changed: number | null;
    readonly vanished: number | null;
    readonly unreadable: number | null;
  };
  /** Decoded content bytes here / planned, 0 to 1; null where unknown. */
  readonly presentShare: number | null;
  readonly sections: readonly SectionReport[];
  readonly entries: EntryCounts;
  /** Entries that are not whole, in archive order (at most 1000; the counts are exact). */
  readonly conditions: readonly EntryCondition[];
  readonly findings: readonly VerifyFinding[];
  readonly signer: { readonly key: string; readonly trusted: boolean } | null;
  readonly sizeBytes: number;
  readonly durationMs: number;
}
