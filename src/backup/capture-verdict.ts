import type { EntryStatus } from "../format/entry.ts";

/** How a capture went, from the statuses in an archive's indexes. */
export interface CaptureCounts {
  /** False where data that matters was missed: something could not be read, or changed under the reading. */
  readonly complete: boolean;
  readonly changed: number;
  readonly vanished: number;
  readonly unreadable: number;
}

/**
 * A file that vanished was deleted by its owner; what is unreadable or torn is missing from the backup. What went with
 * its whole root, an unmounted disk say, is `unreadable`.
 */
export function captureCounts(statuses: ReadonlyMap<EntryStatus, number>): CaptureCounts {
  const count = (status: EntryStatus): number => statuses.get(status) ?? 0;
  const [changed, vanished, unreadable] = [count("changed"), count("vanished"), count("unreadable")];
  return { complete: changed + unreadable === 0, changed, vanished, unreadable };
}

/** Both sections' counts as one. */
export function addStatuses(...maps: readonly ReadonlyMap<EntryStatus, number>[]): Map<EntryStatus, number> {
  const sum = new Map<EntryStatus, number>();
  for (const map of maps) for (const [status, count] of map) sum.set(status, (sum.get(status) ?? 0) + count);
  return sum;
}

/** Where the statuses stand in a part that cannot be read. */
export const unknownCapture = { complete: null, changed: null, vanished: null, unreadable: null } as const;
