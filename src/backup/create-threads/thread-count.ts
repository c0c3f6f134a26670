import { usefulThreads } from "../workers/thread-count.ts";

/** To open a file and describe it takes about as long as this many bytes of content. */
const entryBytes = 4096;
/** At least two: one reads while the other compresses. At most what this thread can seal and write. */
const range = { min: 2, max: 8 };

export interface Work {
  readonly contentBytes: number;
  readonly entries: number;
}

/** How many threads are of use for so much. */
export function threadsFor(work: Work): number {
  return usefulThreads(work.contentBytes + work.entries * entryBytes, range);
}
