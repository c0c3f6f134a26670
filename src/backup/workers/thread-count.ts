import { availableParallelism } from "node:os";

/** Below this, threads take longer to start than they save: some 70 ms. */
const bytesForThreads = 20 * 1024 * 1024;

/** How many threads are of use for work that takes as long as so many bytes; 0: none, this one does it. */
export function usefulThreads(
  bytes: number,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  if (bytes < bytesForThreads) return 0;
  return Math.min(Math.max(availableParallelism(), min), max);
}
