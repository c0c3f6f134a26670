import type { Verdict } from "./reports.ts";

/** One thing that was proved of what was restored, or was found not to be so. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

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
  /** `pieces`: not the whole root, but these paths in it; what was in their way is at the same paths in `replaced`. */
  readonly targets: readonly {
    readonly root: string;
    readonly path: string;
    readonly replaced?: string;
    readonly pieces?: readonly string[];
    /** How much a dry run would put aside. */
    readonly there?: { readonly entries: number; readonly bytes: number };
    /** What of the tree that is put aside stays in use. */
    readonly carried?: readonly string[];
  }[];
  /** What is needed and free on each file system that is written to. */
  readonly space: readonly {
    readonly path: string;
    readonly neededBytes: number;
    readonly freeBytes: number;
  }[];
  readonly entries: number;
  readonly bytes: number;
  readonly rewritten: readonly {
    readonly file: string;
    readonly from: string;
    readonly to: string;
    readonly count: number;
  }[];
  /** Of a dry run where places change: what would be gone through to rewrite it. */
  readonly toRewrite: {
    readonly moves: readonly { readonly from: string; readonly to: string }[];
    readonly files: readonly string[];
    readonly databases: readonly string[];
    /** Links that would lead elsewhere. */
    readonly links: number;
  } | null;
  /** `history`: it tells of the past, and OpenClaw works with it as it is. */
  readonly left: readonly {
    readonly file: string;
    readonly path: string;
    readonly reason: string;
    readonly history?: true;
  }[];
  readonly checks: readonly Check[];
  /** What `openclaw doctor` said, the end of it; null where it was not run. */
  readonly doctor: { readonly status: number | null; readonly output: string } | null;
  readonly hints: readonly string[];
  readonly warnings: readonly string[];
  readonly dryRun: boolean;
}

/** A restore into a private folder, proved and removed again. */
export interface DrillReport {
  readonly archive: string;
  readonly archiveId: string;
  readonly createdAt: string;
  readonly verdict: Verdict;
  readonly entries: number;
  readonly bytes: number;
  /** False where a check failed. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly warnings: readonly string[];
  readonly durationMs: number;
}

/** What `restore --undo` did, or would do. */
export interface UndoReport {
  readonly archiveId: string | null;
  /** When the restore began that was taken back. */
  readonly restoredAt: string;
  /**
   * `undone`: where what was restored is now, null where it had gone; `restored`: from where the old one came back, null
   * where nothing was before.
   */
  readonly places: readonly {
    readonly path: string;
    readonly undone: string | null;
    readonly restored: string | null;
  }[];
  readonly dryRun: boolean;
}
