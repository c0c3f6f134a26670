import type { NoSnapshot, Snapshot } from "../../disk/database.ts";
import type { GuardedRoot } from "../../disk/path-guard.ts";
import type { PlannedEntry } from "../../disk/planned.ts";
import type { EncodedLines } from "../../format/encoded-lines.ts";
import type { EntryPath } from "../../format/entry-path.ts";
import type { IndexLine, SectionName } from "../../format/entry.ts";
import type { PostedEntries } from "../workers/posted-entries.ts";
import type { EncodedFrame } from "../../format/section-writer.ts";

/** What whoever does capture jobs is told once. Plain data: it is posted to threads. */
export interface CaptureSetting {
  readonly compressionLevel: number;
  /** A private directory for database snapshots. */
  readonly workDir: string;
  /** The folders that are backed up, as they were planned. */
  readonly roots: readonly GuardedRoot[];
}

export type SnapshotOutcome = Snapshot | NoSnapshot;

/** Entries of one section that fill about a frame; or a large file, or a database, alone. */
export interface EntriesJob {
  readonly section: SectionName;
  readonly entries: readonly PlannedEntry[];
  /** Those of the entries that hard links of the section refer to. */
  readonly linkTargets: ReadonlySet<EntryPath>;
  /** Those that the hard links among the entries refer to, and which stand in the section. */
  readonly standing: ReadonlySet<EntryPath>;
  /** Of the one entry that is a database, where it was taken ahead. */
  readonly snapshot?: SnapshotOutcome;
}

/** A job as it is posted to a thread; of `snapshotOf` the one entry is a database to be copied. */
export type PostedJob =
  | (Omit<EntriesJob, "entries"> & { readonly posted: PostedEntries })
  | { readonly snapshotOf: PostedEntries };

/** A frame as it was packed, to be compressed by whoever has time: one of a large file. */
export interface RawFrame {
  readonly raw: Uint8Array;
  readonly lines: EncodedLines;
}

/** What comes of a job, piece by piece. */
export type CapturedPart =
  | {
      readonly frame: EncodedFrame | RawFrame;
      /** Lines of it that a person should know of. */
      readonly notable: readonly IndexLine[];
    }
  | { readonly snapshot: SnapshotOutcome }
  | { readonly warning: string }
  | CaptureEnd;

/** The last part of an {@link EntriesJob}. */
export interface CaptureEnd {
  /** Which of the entries must be taken again, sealed. */
  readonly moved: readonly number[];
  /** Which of `linkTargets` stand in the section now. */
  readonly standing: ReadonlySet<EntryPath>;
}
