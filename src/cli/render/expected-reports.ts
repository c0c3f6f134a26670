import type { EntryStatus, EntryType, Nanoseconds, SectionName } from "../../format/entry.ts";
import type { EntryCondition, EntryCounts, Verdict, VerifyReport } from "../../backup/reports.ts";

export interface RestoreReport {
  readonly archiveId: string;
  readonly verdict: Verdict;
  readonly owner: {
    readonly user: string;
    readonly uid: number;
    readonly gid: number;
    readonly group: string;
  };
  /** `replaced`: where what stood at `path` was put aside. */
  readonly targets: readonly { readonly root: string; readonly path: string; readonly replaced?: string }[];
  readonly entries: number;
  readonly bytes: number;
  readonly rewritten: readonly {
    readonly file: string;
    readonly from: string;
    readonly to: string;
    readonly count: number;
  }[];
  readonly left: readonly { readonly file: string; readonly path: string; readonly reason: string }[];
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
  readonly hints: readonly string[];
  readonly warnings: readonly string[];
  readonly dryRun: boolean;
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
  /** At most 1000; the counts are exact. */
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
    readonly profile: string | null;
    readonly stateDir: string;
    readonly workspaces: readonly { readonly agents: readonly string[]; readonly path: string }[];
    readonly platform: string;
    readonly openclawVersion: string | null;
  };
  readonly series: string;
  readonly sequence: number;
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
