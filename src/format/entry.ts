import type { EntryPath } from "./entry-path.ts";

export type EntryType = "file" | "directory" | "symlink" | "hardlink";

/** What became of an entry at capture (specification § Index). */
export type EntryStatus =
  | "ok"
  | "database"
  | "changed"
  | "vanished"
  | "unreadable"
  | "moved"
  | `excluded:${string}`;

/** Nanoseconds since 1970 as a decimal string, possibly negative. */
export type Nanoseconds = string;

/** What an entry that stands in the tar stream carries beside its path. */
export interface Attributes {
  /** Permission bits, 0 to 0o777: setuid, setgid and sticky never enter an archive. */
  readonly mode: number;
  readonly mtime: Nanoseconds;
  readonly uid: number;
  readonly gid: number;
  /** Names as byte strings, empty where the system knows none. */
  readonly uname: string;
  readonly gname: string;
}

interface Line {
  readonly path: EntryPath;
  readonly status: EntryStatus;
  /** Why the status is what it is, for people. */
  readonly reason?: string;
}

export interface FileLine extends Line, Attributes {
  readonly type: "file";
  /** Content bytes as stored. */
  readonly size: number;
  /** SHA-256 of the content as stored, 64 lower-case hex digits. */
  readonly sha256: string;
  /** Where the content begins, in bytes of the section's tar stream. */
  readonly offset: number;
  /** Bytes from the start that were really read, where that is fewer than `size`. The rest are zeros. */
  readonly validBytes?: number;
  /** The source had holes: long zero runs become holes again at restore. */
  readonly sparse?: true;
}

export interface DirectoryLine extends Line, Attributes {
  readonly type: "directory";
}

export interface SymlinkLine extends Line, Attributes {
  readonly type: "symlink";
  /** The link's target as bytes (latin1 string). */
  readonly target: string;
}

export interface HardlinkLine extends Line, Attributes {
  readonly type: "hardlink";
  /** An earlier file of the same section. */
  readonly link: EntryPath;
}

/** An entry that stands in the tar stream. */
export type StoredLine = FileLine | DirectoryLine | SymlinkLine | HardlinkLine;

/** An entry that was found but has nothing in the tar stream: vanished, unreadable, excluded, or moved to the sealed section. */
export interface AbsentLine extends Line {
  readonly type: EntryType;
  readonly absent: true;
  /** Where known: how many entries a left-out directory holds, and their bytes. */
  readonly entries?: number;
  readonly size?: number;
}

export type IndexLine = StoredLine | AbsentLine;

/** One planned entry: what the scan saw. `size` is content bytes, 0 for all but files. */
export interface InventoryLine {
  readonly path: EntryPath;
  readonly type: EntryType;
  readonly size: number;
}

export function isStored(line: IndexLine): line is StoredLine {
  return !("absent" in line);
}

export type SectionName = "plain" | "sealed";
export const sectionNames = ["plain", "sealed"] as const satisfies readonly SectionName[];
