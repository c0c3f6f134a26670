import { usefulThreads } from "../workers/thread-count.ts";

/** More do not help: the files of a restore are made in the kernel, one after the other. */
const threadsMax = 4;
/** What all threads together hold of segments. */
const segmentBytesMax = 64 * 1024 * 1024;

/** How many threads are of use to read so many decoded bytes; 0: none. */
export function readingThreads(bytes: number, segmentBytes: number): number {
  const max = Math.min(threadsMax, Math.max(1, Math.floor(segmentBytesMax / segmentBytes)));
  return usefulThreads(bytes, { min: 1, max });
}
