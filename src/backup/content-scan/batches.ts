import type { PlannedEntry } from "../../disk/planned.ts";

/** A run of candidates that is scanned at once. */
export interface ScanBatch {
  readonly entries: readonly PlannedEntry[];
  readonly contentBytes: number;
  /** What scanning it costs, in bytes of content. */
  readonly weight: number;
}

const batchWeight = 2 * 1024 * 1024;
/** Opening a file and starting the rules takes about as long as this many bytes. */
const entryWeight = 4096;

export function batchesOf(candidates: readonly PlannedEntry[]): ScanBatch[] {
  const batches: ScanBatch[] = [];
  let start = 0;
  let [weight, contentBytes] = [0, 0];
  for (const [index, { size }] of candidates.entries()) {
    weight += size + entryWeight;
    contentBytes += size;
    if (weight < batchWeight && index + 1 < candidates.length) continue;
    batches.push({ entries: candidates.slice(start, index + 1), contentBytes, weight });
    start = index + 1;
    [weight, contentBytes] = [0, 0];
  }
  return batches;
}
