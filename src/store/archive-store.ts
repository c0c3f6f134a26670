import type { ByteSource } from "../format/bytes.ts";
import type { Leftover } from "./leftovers.ts";
import type { FoundLock } from "./lock-holder.ts";
import type { LockPatience, StoreLock } from "./lock.ts";
import type { StoreNotes } from "./notes.ts";
import type { StagedFile } from "./staged-file.ts";

/** One archive of a store as its place tells of it: nothing in it was read. */
export interface StoredArchive {
  /** A file name, `*.ocbak`; never a path. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Changes when the file is replaced or written to: a token for caches, compared and never interpreted. */
  readonly version: string;
}

/** What a store holds. */
export interface StoreListing {
  /** By name, in byte order. */
  readonly archives: readonly StoredArchive[];
  /** How many files there are ours neither by name nor by kind; they are never touched. */
  readonly foreign: number;
}

export interface BeginOptions {
  /** Refused before anything is written where the place cannot take so many. */
  readonly expectedBytes?: number;
}

/**
 * A place that keeps archives. A directory is the first kind; object stores and SFTP are to follow, so that nothing here
 * speaks of paths. Methods throw StoreError.
 */
export interface ArchiveStore {
  /** Written at `init` into the store's marker: the same store has the same id wherever it is mounted. */
  readonly id: string;
  /** For people: where it is. */
  readonly place: string;
  /** The real path of its folder where it lies on this machine's disks; null elsewhere. */
  readonly localDirectory: string | null;
  /** The largest file the place takes (4 GiB - 1 on FAT); null where there is no limit worth knowing. */
  readonly fileBytesMax: number | null;
  list(): Promise<StoreListing>;
  /** Null where there is none of this name. */
  stat(name: string): Promise<StoredArchive | null>;
  /** Random access. Throws `not-found`. */
  open(name: string): Promise<ByteSource & AsyncDisposable>;
  /** Begins an archive that has its name once it is published, never over another. */
  begin(name: string, options?: BeginOptions): Promise<StagedFile>;
  /** Removes an archive of that name and version. Throws `not-found`, or `changed` where it is another by now. */
  remove(archive: StoredArchive): Promise<void>;
  /** Null where the place does not tell. */
  freeBytes(): Promise<number | null>;
  readNotes(): Promise<StoreNotes>;
  /** Reads, changes and replaces the notes, under the store's lock. Throws `locked` where another holds it for long. */
  changeNotes(change: (notes: StoreNotes) => StoreNotes): Promise<void>;
  /** Advisory, between runs of ocbak on all hosts. Throws `locked`, naming who holds it. */
  lock(purpose: string, patience?: LockPatience): Promise<StoreLock>;
  /**
   * Takes a lock away that a killed process left; with `force` also one of which nobody here can tell whether its
   * process lives. Gives what was there. Throws `locked`.
   */
  breakLock(force: boolean): Promise<FoundLock | undefined>;
  /** What killed runs left there. */
  leftovers(): Promise<Leftover[]>;
  /** Removes of it what surely nobody writes any more, and gives that. */
  removeLeftovers(): Promise<Leftover[]>;
}
