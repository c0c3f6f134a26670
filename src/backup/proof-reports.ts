import type { RestoreReport, Verdict } from "./reports.ts";

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
  readonly checks: RestoreReport["checks"];
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
