import { createHash } from "node:crypto";

/** What is known of an archive for the choice of what to read. */
export interface Readable {
  readonly archiveId: string;
  readonly sizeBytes: number;
  /** When all of these bytes were last read, or, before that, when the archive was made. */
  readonly readAt: Date;
}

/** One of so many groups, from 1 on. An archive stays in its group for ever, whatever else comes and goes. */
export function groupOf({ archiveId }: Pick<Readable, "archiveId">, groups: number): number {
  const digest = createHash("sha256").update(archiveId).digest();
  return (digest.readUIntBE(0, 6) % groups) + 1;
}

/**
 * What to read now, the longest unread first, so that nothing goes unread for longer than `withinMs`, and each time about
 * as much is read as the time since the last: a day that was missed is made up for, and a second time on the same day
 * finds nothing to do.
 *
 * All bytes in `withinMs` is the pace. Of the queue by age so much is read that whatever stands behind it can be reached in
 * time at that pace (earliest deadline first).
 */
export function dueWithin<T extends Readable>(archives: readonly T[], withinMs: number, now: Date): T[] {
  const age = ({ readAt }: Readable): number => ageMs(readAt, now);
  const queue = archives.toSorted((a, b) => age(b) - age(a) || (a.archiveId < b.archiveId ? -1 : 1));
  const allBytes = queue.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let neededBytes = 0;
  let bytesBefore = 0;
  for (const one of queue) {
    const remaining = 1 - age(one) / withinMs;
    // What stands before it and cannot be read at this pace in the time it has left must be read now.
    const now = remaining < 0 ? bytesBefore + one.sizeBytes : bytesBefore - allBytes * remaining;
    neededBytes = Math.max(neededBytes, now);
    bytesBefore += one.sizeBytes;
  }
  return queue.slice(0, countOf(queue, neededBytes));
}

/** A time to come is of a clock that was wrong: it says nothing. */
function ageMs(at: Date, now: Date): number {
  const age = now.getTime() - at.getTime();
  return age < 0 ? Number.POSITIVE_INFINITY : age;
}

/** How many from the first on have together so many bytes. */
function countOf(queue: readonly Readable[], bytes: number): number {
  let count = 0;
  for (let sum = 0; sum < bytes && count < queue.length; count += 1) sum += queue[count]!.sizeBytes;
  return count;
}
