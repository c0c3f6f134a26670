import type { PlannedEntry } from "../disk/planned.ts";
import type { AbsentLine, Attributes, EntryStatus } from "../format/entry.ts";

/** How bytes that come from elsewhere are recorded: a database's snapshot. */
export interface StoredAs {
  readonly attributes?: Attributes;
  readonly status?: EntryStatus;
  readonly reason?: string;
}

export function withReason<T extends EntryStatus>(
  status: T,
  reason: string | undefined,
): { status: T; reason?: string } {
  return reason === undefined ? { status } : { status, reason };
}

/** The line of an entry that has no content. */
export function absentLine(entry: PlannedEntry, status: EntryStatus, reason: string | undefined): AbsentLine {
  return {
    path: entry.path,
    type: entry.type,
    absent: true,
    ...withReason(status === "changed" ? "unreadable" : status, reason),
  };
}

/** The line of an entry that the scan already knew it would not take. */
export function untakenLine(entry: PlannedEntry): AbsentLine | undefined {
  const { path, type, excluded, unreadable, vanished } = entry;
  if (excluded !== undefined) {
    const { rule, entries, bytes } = excluded;
    return { path, type, status: `excluded:${rule}`, absent: true, entries, size: bytes };
  }
  if (unreadable !== undefined) return { path, type, status: "unreadable", reason: unreadable, absent: true };
  return vanished === undefined
    ? undefined
    : { path, type, status: "vanished", reason: vanished, absent: true };
}
