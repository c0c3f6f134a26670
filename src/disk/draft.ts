import type { BigIntStats } from "node:fs";
import type { EntryPath } from "../format/entry-path.ts";
import type { EntryType } from "../format/entry.ts";
import { identityOf } from "./identity.ts";
import type { LeftOut, PlannedEntry } from "./planned.ts";
import { inodeKey } from "./stat.ts";

type Draft = { -readonly [Key in keyof PlannedEntry]: PlannedEntry[Key] };

/** A found entry on its way to a section. While `entry.sealedBy` is unset it may become plain. */
export interface Found {
  readonly entry: Draft;
  readonly parent: Found | undefined;
  /** Device and inode where it is a file with more than one name. */
  inode: string | undefined;
}

/** What the walk learnt of one place. */
export interface Facts {
  readonly path: EntryPath;
  readonly source: string;
  readonly parent: Found | undefined;
  readonly type: EntryType;
  readonly stats?: BigIntStats | undefined;
  readonly excluded?: LeftOut;
  readonly unreadable?: string;
  readonly vanished?: string;
  readonly database?: boolean;
  readonly sealedBy?: string | undefined;
}

export function draft(facts: Facts): Found {
  const { stats, excluded, unreadable, vanished, database } = facts;
  const isAbsent = excluded !== undefined || unreadable !== undefined || vanished !== undefined;
  const sealedBy = facts.sealedBy ?? (isAbsent ? "no-content" : database === true ? "database" : undefined);
  const hasContent = facts.type === "file" && !isAbsent && stats !== undefined;
  const { path, type, source } = facts;
  const size = hasContent ? Number(stats.size) : 0;
  const section = "sealed";
  // What nearly all entries have stands in the literal, which takes least memory: there are as many as files.
  const identity = stats && identityOf(stats);
  const entry: Draft =
    identity === undefined || sealedBy === undefined
      ? { path, type, section, source, size }
      : { path, type, section, source, size, identity, sealedBy };
  if (identity !== undefined) entry.identity = identity;
  if (sealedBy !== undefined) entry.sealedBy = sealedBy;
  if (excluded !== undefined) entry.excluded = excluded;
  if (unreadable !== undefined) entry.unreadable = unreadable;
  if (vanished !== undefined) entry.vanished = vanished;
  if (database === true) entry.database = database;
  const inode = hasContent && stats.nlink > 1n ? inodeKey(stats) : undefined;
  return { entry, parent: facts.parent, inode };
}

/** Makes it an entry that cannot be read, as the walk would have, had it tried. */
export function withoutContent(found: Found, unreadable: string): void {
  found.inode = undefined;
  Object.assign(found.entry, { unreadable, size: 0, sealedBy: "no-content" });
}

/** A plain entry makes its directories plain: each stands once, where its first plain descendant is. */
export function makePlain(found: Found, onPlain?: (path: string) => void): void {
  for (let at: Found | undefined = found; at !== undefined && at.entry.section === "sealed"; at = at.parent) {
    at.entry.section = "plain";
    delete at.entry.sealedBy;
    onPlain?.(at.entry.path);
  }
}
