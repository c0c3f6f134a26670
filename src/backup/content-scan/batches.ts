import type { PlannedEntry } from "../../disk/planned.ts";

/** A run of candidates that is scanned at once. */
export interface ScanBatch {
  readonly entries: readonly PlannedEntry[];
  readonly contentBytes: number;
}

/** What scanning a batch costs, in bytes of content. */
const batchWeight = 2 * 1024 * 1024;
/** Opening a file and starting the rules takes about as long as this many bytes. */
const entryWeight = 4096;

/** Makes batches of candidates as they come. */
export class BatchMaker {
  #entries: PlannedEntry[] = [];
  #contentBytes = 0;

  /** The batches that are full with these. */
  *add(candidates: readonly PlannedEntry[]): Generator<ScanBatch> {
    for (const entry of candidates) {
      this.#entries.push(entry);
      this.#contentBytes += entry.size;
      if (this.#contentBytes + this.#entries.length * entryWeight >= batchWeight) yield this.#take();
    }
  }

  /** What is left. */
  *rest(): Generator<ScanBatch> {
    if (this.#entries.length > 0) yield this.#take();
  }

  #take(): ScanBatch {
    const batch = { entries: this.#entries, contentBytes: this.#contentBytes };
    this.#entries = [];
    this.#contentBytes = 0;
    return batch;
  }
}
