import { availableParallelism } from "node:os";

/** Below this, threads take longer to start than they save: some 70 ms. */
const bytesForThreads = 20 * 1024 * 1024;
/** To open a file and describe it takes about as long as this many bytes of content. */
const entryBytes = 4096;
/** One reads while the other compresses. */
const threadsMin = 2;
/** What this thread can seal and write. */
const threadsMax = 8;

/** How many threads are of use for so much. */
export function threadsFor(work: { readonly contentBytes: number; readonly entries: number }): number {
  if (work.contentBytes + work.entries * entryBytes < bytesForThreads) return 0;
  return Math.min(Math.max(availableParallelism(), threadsMin), threadsMax);
}
