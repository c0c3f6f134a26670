import type { ReadOutcome } from "../../disk/outcome.ts";
import type { PlannedEntry } from "../../disk/planned.ts";
import type { AbsentLine, Attributes, EntryStatus } from "../../format/entry.ts";

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

/** The line of an entry that has no content. A root that is gone is missed, whoever removed it. */
export function absentLine(entry: PlannedEntry, status: EntryStatus, reason: string | undefined): AbsentLine {
  const { path, type } = entry;
  if (status === "vanished" && !path.includes("/"))
    return { path, type, absent: true, status: "unreadable", reason: gone("file", reason) };
  return { path, type, absent: true, ...withReason(status === "changed" ? "unreadable" : status, reason) };
}

/** The line of an entry that the scan already knew it would not take. */
export function untakenLine(entry: PlannedEntry): AbsentLine | undefined {
  const { path, type, excluded, unreadable, vanished } = entry;
  if (excluded !== undefined) {
    const { rule, entries, bytes } = excluded;
    return { path, type, status: `excluded:${rule}`, absent: true, entries, size: bytes };
  }
  if (unreadable !== undefined) return { path, type, status: "unreadable", reason: unreadable, absent: true };
  return vanished === undefined ? undefined : absentLine(entry, "vanished", vanished);
}

interface DirectoryStatus {
  readonly status: "ok" | "vanished" | "unreadable";
  readonly reason?: string;
}

export function directoryStatus({ status, reason }: ReadOutcome): DirectoryStatus {
  if (status === "ok") return { status };
  return withReason(status === "unreadable" ? status : "vanished", reason);
}

/**
 * What became of a root or of what is mounted in one. Where it is gone, or another folder now (its disk was unmounted, it
 * was renamed away), it is no directory that its owner deleted: the backup misses what was in it.
 */
export function rootStatus(outcome: ReadOutcome): DirectoryStatus {
  const { status, reason, replaced } = outcome;
  if (status === "vanished") return { status: "unreadable", reason: gone("folder", reason) };
  if (replaced === true)
    return { status: "unreadable", reason: "the folder that is backed up is another folder now" };
  return directoryStatus(outcome);
}

function gone(what: "folder" | "file", reason: string | undefined): string {
  return `the ${what} that is backed up is gone: ${reason ?? "ENOENT"}`;
}
