import type { PlannedEntry } from "../../disk/planned.ts";
import type { ContentVerdict } from "../../disk/scan.ts";
import { batchesOf } from "./batches.ts";
import type { Wanted } from "./value-forms.ts";

/** What is looked for. Plain data: it is posted to threads. */
export interface ScanSetting {
  readonly values: readonly Wanted[];
  /** Larger files are not scanned. */
  readonly bytesMax: number;
}

/** Whoever looks into entries: this thread, or several others. */
export interface ScanThreads {
  /** The verdicts on each batch, in order. */
  verdicts(batches: Iterable<readonly PlannedEntry[]>): AsyncIterable<readonly ContentVerdict[]>;
}

export interface ContentScanOptions {
  readonly threads: ScanThreads;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** Looks into every candidate for secrets: a verdict each, in order. Nothing is kept of what was read. */
export async function scanContents(
  candidates: readonly PlannedEntry[],
  { threads, signal, onBytes }: ContentScanOptions,
): Promise<ContentVerdict[]> {
  const batches = batchesOf(candidates);
  const verdicts: ContentVerdict[] = [];
  let done = 0;
  signal.throwIfAborted();
  for await (const found of threads.verdicts(batches.map(({ entries }) => entries))) {
    verdicts.push(...found);
    onBytes(batches[done++]!.contentBytes);
    signal.throwIfAborted();
  }
  return verdicts;
}

/** Looks into them in this thread. */
export class ScanHere implements ScanThreads {
  readonly #setting: ScanSetting;

  constructor(setting: ScanSetting) {
    this.#setting = setting;
  }

  async *verdicts(batches: Iterable<readonly PlannedEntry[]>): AsyncGenerator<readonly ContentVerdict[]> {
    const { EntryScanner } = await import("./scan-entry.ts");
    const scanner = new EntryScanner(this.#setting.values, this.#setting.bytesMax);
    for (const batch of batches) yield scanner.scan(batch);
  }
}
