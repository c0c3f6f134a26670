import type { EntryPath } from "../format/entry-path.ts";
import type { EntryType, SectionName } from "../format/entry.ts";
import type { Identity } from "./identity.ts";

/**
 * A leaving-out rule of a root: a picomatch glob relative to the root, dot files included. Where it matches a
 * directory the whole subtree is left out.
 */
export interface ExcludeRule {
  readonly id: string;
  readonly pattern: string;
  /** No other rule brings back what this one leaves out. */
  readonly always?: boolean;
}

/**
 * A glob relative to each root with sealing `by-rule`: what it matches is sealed, a directory with its whole subtree.
 * Case is ignored: `.ENV` is as secret as `.env`.
 */
export interface SealRule {
  readonly id: string;
  readonly pattern: string;
}

/** A directory or single file of the installation that is captured. */
export interface CaptureRoot {
  readonly id: string;
  /** Absolute. A root that is a symlink itself is followed; nothing below is. */
  readonly path: string;
  readonly sealing: "always" | "by-rule";
  readonly exclude: readonly ExcludeRule[];
}

export interface ScanRules {
  readonly seal: readonly SealRule[];
  /** Globs over `<root id>/<path>`: they win over ignore files and the roots' exclude rules. */
  readonly include?: readonly string[];
  /** Globs over `<root id>/<path>`: what they match is left out as `excluded:user`. They win over `include`. */
  readonly exclude?: readonly string[];
  readonly sealAll?: boolean;
  /** Globs over `<root id>/<path>`: files that may stand readable though a rule or their content would seal them. */
  readonly expose?: readonly string[];
  /** Files above this are sealed: what the secret scan reads to its end. */
  readonly plainBytesMax: number;
  /** Files that never enter the archive: the archive being written. */
  readonly skip?: readonly { readonly dev: bigint; readonly ino: bigint }[];
  /** Leave out what is mounted inside a root. */
  readonly oneFileSystem?: boolean;
}

/** How much was left out: `entries` counts what lies below a directory, without itself. 0 where it was not looked into. */
export interface LeftOut {
  readonly rule: string;
  readonly entries: number;
  readonly bytes: number;
}

export interface PlannedEntry {
  readonly path: EntryPath;
  readonly type: EntryType;
  readonly section: SectionName;
  /**
   * The absolute path on disk as a byte string (latin1, one char per byte). Not a Buffer: entries are posted to
   * workers, and cloning a pooled Buffer clones its whole pool.
   */
  readonly source: string;
  /** Planned content bytes; 0 for all but files. */
  readonly size: number;
  /** Missing only where lstat failed. */
  readonly identity?: Identity;
  readonly excluded?: LeftOut;
  /** Why it cannot be read: a file without permission, a directory that cannot be listed. */
  readonly unreadable?: string;
  /** Gone between the listing of its directory and the look at it. */
  readonly vanished?: string;
  /** An SQLite database by its first bytes: to be captured with snapshotDatabase. */
  readonly database?: true;
  /** The first name of the inode, for type `hardlink`. */
  readonly link?: EntryPath;
  /** Why the entry is sealed: a rule's id, or one of the built-in reasons (see sealing.ts). Only on sealed entries. */
  readonly sealedBy?: string;
  /** SHA-256 (hex) of the content in which no secret was found: nothing else is written readable. */
  readonly scannedSha256?: string;
}

/** Something found that cannot be an entry with content; sockets and their like also stand as excluded entries. */
export interface ScanFinding {
  /** Byte string: the entry path as far as it could be formed. */
  readonly path: string;
  readonly kind: "socket" | "fifo" | "device" | "unfit-name";
  readonly reason: string;
}

/** Why an ignore file is not heeded, or one line of it. */
export interface IgnoreTrouble {
  readonly path: EntryPath;
  readonly line?: string;
  readonly reason: string;
}

export interface SectionTotals {
  readonly entries: number;
  readonly contentBytes: number;
}

export interface ScanResult {
  /** In archive order: root id, then component by component in byte order, parents first. */
  readonly entries: PlannedEntry[];
  readonly totals: Readonly<Record<SectionName, SectionTotals>>;
  readonly findings: readonly ScanFinding[];
  /** Ignore files, or lines of them, that were not heeded. */
  readonly ignoreTroubles: readonly IgnoreTrouble[];
  /** Files that only `expose` makes readable, and why they would have been sealed. */
  readonly exposed: readonly { readonly path: EntryPath; readonly reason: string }[];
}
