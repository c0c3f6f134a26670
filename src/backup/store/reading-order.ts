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
  const queue = longestUnreadFirst(archives, now);
  const allBytes = bytesOf(queue);
  let neededBytes = 0;
  let bytesBefore = 0;
  for (const one of queue) {
    const remaining = 1 - ageMs(one, now) / withinMs;
    // What stands before it and cannot be read at this pace in the time it has left must be read now.
    const atOnce = remaining < 0 ? bytesBefore + one.sizeBytes : bytesBefore - allBytes * remaining;
    neededBytes = Math.max(neededBytes, atOnce);
    bytesBefore += one.sizeBytes;
  }
  return queue.slice(0, countOf(queue, neededBytes));
}

/** One of so many parts of all bytes, the longest unread first: so many times later all was read, whenever that is. */
export function oldestPart<T extends Readable>(archives: readonly T[], parts: number, now: Date): T[] {
  const queue = longestUnreadFirst(archives, now);
  return queue.slice(0, countOf(queue, bytesOf(queue) / parts));
}

function longestUnreadFirst<T extends Readable>(archives: readonly T[], now: Date): T[] {
  return archives.toSorted((a, b) => ageMs(b, now) - ageMs(a, now) || (a.archiveId < b.archiveId ? -1 : 1));
}

function bytesOf(archives: readonly Readable[]): number {
  return archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** A time to come is of a clock that was wrong: it says nothing. */
function ageMs({ readAt }: Readable, now: Date): number {
  const age = now.getTime() - readAt.getTime();
  return age < 0 ? Number.POSITIVE_INFINITY : age;
}

/** How many from the first on have together so many bytes. */
function countOf(queue: readonly Readable[], bytes: number): number {
  let count = 0;
  for (let sum = 0; sum < bytes && count < queue.length; count += 1) sum += queue[count]!.sizeBytes;
  return count;
}
