import type { ReadOutcome } from "../disk/outcome.ts";
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

/** The line of an entry that has no content. Of a root there is always something missed. */
export function absentLine(entry: PlannedEntry, status: EntryStatus, reason: string | undefined): AbsentLine {
  const isMissed = status === "changed" || (status === "vanished" && isRoot(entry));
  return {
    path: entry.path,
    type: entry.type,
    absent: true,
    ...withReason(isMissed ? "unreadable" : status, reason),
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
  return vanished === undefined ? undefined : absentLine(entry, "vanished", vanished);
}

/**
 * What became of a directory. A root that is gone, or another folder now (its disk was unmounted, it was renamed away),
 * is no directory that its owner deleted: the backup misses what was in it.
 */
export function directoryStatus(
  entry: PlannedEntry,
  { status, reason, replaced }: ReadOutcome,
): { status: "ok" | "vanished" | "unreadable"; reason?: string } {
  const isMissed = isRoot(entry) && (status === "vanished" || replaced === true);
  if (isMissed) return { status: "unreadable", reason: reason ?? "it is another folder now" };
  if (status === "ok") return { status };
  return withReason(status === "unreadable" ? status : "vanished", reason);
}

function isRoot({ path }: PlannedEntry): boolean {
  return !path.includes("/");
}
