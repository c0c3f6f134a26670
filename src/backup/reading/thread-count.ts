import { availableParallelism } from "node:os";

/** Below this, threads take longer to start than they save: some 70 ms. */
const bytesForThreads = 20 * 1024 * 1024;
/** More do not help: the files of a restore are made in the kernel, one after the other. */
const threadsMax = 4;
/** What all threads together hold of segments. */
const segmentBytesMax = 64 * 1024 * 1024;

/** How many threads are of use to read so many decoded bytes; 0: none. */
export function readingThreads(bytes: number, segmentBytes: number): number {
  if (bytes < bytesForThreads) return 0;
  return Math.min(
    availableParallelism(),
    threadsMax,
    Math.max(1, Math.floor(segmentBytesMax / segmentBytes)),
  );
}
