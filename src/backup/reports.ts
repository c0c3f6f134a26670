import type { ArchiveFacts } from "./archive-metadata.ts";
import type { EntryStatus, EntryType, Nanoseconds, SectionName } from "../format/entry.ts";
import type { LeftOutByRule } from "./left-out.ts";

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
  /** `unfit-name`: no entry path can hold its name, so that it is in no archive. */
  readonly status: EntryStatus | "unfit-name";
  readonly reason: string;
}

export interface ScanHit {
  readonly path: string;
  readonly pathHex?: string;
  readonly reason: string;
}

/** What no archive of this format keeps, where there is any. */
export interface NotCaptured {
  /** Entries with extended attributes or ACLs, and the first of them; null: nobody looked. */
  readonly extendedAttributes: {
    readonly entries: number;
    readonly examples: readonly { readonly path: string; readonly pathHex?: string }[];
  } | null;
}

export interface CreateReport {
  /** Where the archive was published, or `-` for standard output, or null for a dry run. */
  readonly archive: string | null;
  readonly archiveId: string;
  /** As in the manifest; null for a dry run. */
  readonly createdAt: string | null;
  /** Its place among the archives of the installation; null: a dry run, or the records could not be used. */
  readonly series: { readonly id: string; readonly sequence: number } | null;
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
  /** Why entries of workspaces are sealed: a rule or built-in reason, or what the scan for secrets said. */
  readonly sealed: readonly { readonly reason: string; readonly entries: number }[];
  readonly scan: {
    /** Files that were looked into. */
    readonly files: number;
    /** What was sealed for what it holds: the kind of secret, never the secret. */
    readonly hits: readonly ScanHit[];
  };
  /** What rules leave out, each rule once, the largest first. */
  readonly leftOut: readonly LeftOutByRule[];
  readonly findings: readonly CaptureFinding[];
  /** Warnings for people: remote mode, a database that failed its check, … */
  readonly warnings: readonly string[];
  /** What is worth knowing and no trouble, such as files that SQLite left beside a database. */
  readonly notices: readonly string[];
  readonly notCaptured: NotCaptured;
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

/** Bytes of a whole copy to put over those at the same offset here; `length` null: up to its end. */
export interface CopyRange {
  readonly offset: number;
  readonly length: number | null;
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
  /** Decoded content bytes here / planned, 0 to 1; null where unknown. */
  readonly presentShare: number | null;
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
  /** How long the file should be; null where its end is lost. */
  readonly expectedBytes: number | null;
  /** All of them, of the sections and between them, by offset. */
  readonly badRanges: readonly BadRange[];
  /** What makes the copy whole again: these bytes of a whole copy, then a cut to `expectedBytes` where it is longer. */
  readonly copyAgain: readonly CopyRange[];
  readonly sections: readonly SectionReport[];
  readonly entries: EntryCounts;
  /** Entries that are not whole, in archive order (at most 100,000; the counts are exact). */
  readonly conditions: readonly EntryCondition[];
  readonly findings: readonly VerifyFinding[];
  readonly signer: { readonly key: string; readonly trusted: boolean } | null;
  readonly sizeBytes: number;
  readonly durationMs: number;
}

/** What was saved from a damaged copy, and by which proof it is known to be whole. */
export interface SalvageReport {
  readonly archiveId: string | null;
  readonly verdict: Verdict;
  readonly output: string;
  readonly entries: number;
  readonly bytes: number;
  readonly proofs: { readonly digest: number; readonly segment: number; readonly checksum: number };
  readonly lost: Omit<EntryCounts, "whole">;
  /** At most 100,000; the counts are exact. */
  readonly conditions: readonly EntryCondition[];
  readonly warnings: readonly string[];
}

export interface InspectReport {
  readonly archive: string;
  readonly archiveId: string;
  readonly formatVersion: number;
  readonly sizeBytes: number;
  readonly createdAt: string;
  /** `ocbak 0.1.0`. */
  readonly tool: string;
  readonly installation: {
    readonly host: string;
    readonly profile: string | null;
    readonly stateDir: string;
    readonly workspaces: readonly { readonly agents: readonly string[]; readonly path: string }[];
    readonly platform: string;
    readonly openclawVersion: string | null;
  };
  /** null: known only with the key. */
  readonly facts: ArchiveFacts | null;
  /** null: the archive belongs to no series. */
  readonly series: { readonly id: string; readonly sequence: number } | null;
  readonly tags: readonly string[];
  readonly sealing: {
    readonly passphrase: boolean;
    /** Recipients other than grease; null for a passphrase. */
    readonly recipientCount: number | null;
    /** Whether a key at hand opens it. */
    readonly opened: boolean;
  };
  /** null: known only with the key. */
  readonly sections: readonly {
    readonly name: SectionName;
    readonly entries: number | null;
    readonly contentBytes: number | null;
    readonly storedBytes: number;
  }[];
  readonly capture: VerifyReport["capture"];
  readonly signer: { readonly key: string; readonly trusted: boolean } | null;
}

export interface ListedEntry {
  /** Entry path as text; bytes that are no UTF-8 as `pathHex` beside it. */
  readonly path: string;
  readonly pathHex?: string;
  readonly section: SectionName;
  readonly type: EntryType;
  readonly status: EntryStatus;
  /** These four are absent where nothing of the entry is stored. */
  readonly mode?: number;
  readonly mtime?: Nanoseconds;
  readonly owner?: string;
  readonly group?: string;
  readonly size?: number;
  readonly sha256?: string;
  readonly target?: string;
  readonly reason?: string;
}

export interface ExtractReport {
  readonly output: string;
  readonly entries: number;
  readonly bytes: number;
  readonly warnings: readonly string[];
}
