import { parentPort, workerData } from "node:worker_threads";
import type { PlannedEntry } from "../../disk/planned.ts";
import { EntryScanner } from "./scan-entry.ts";
import type { Wanted } from "./value-forms.ts";

/** What a worker is started with. */
export interface ScanWorkerData {
  readonly values: readonly Wanted[];
  readonly bytesMax: number;
}

const { values, bytesMax } = workerData as ScanWorkerData;
const scanner = new EntryScanner(values, bytesMax);

// Batch after batch, each answered by its verdicts.
parentPort!.on("message", (batch: readonly PlannedEntry[]) => {
  void answer(batch);
});

async function answer(batch: readonly PlannedEntry[]): Promise<void> {
  // A thread of Node, no window: there is no origin.
  // eslint-disable-next-line unicorn/require-post-message-target-origin
  parentPort!.postMessage(await scanner.scan(batch));
}
