import { workerData } from "node:worker_threads";
import type { ContentVerdict } from "../../disk/scan.ts";
import { type PostedEntries, receivedEntries } from "../workers/posted-entries.ts";
import { JobServer } from "../workers/serve-jobs.ts";
import { EntryScanner } from "./scan-entry.ts";
import type { Wanted } from "./value-forms.ts";

/** What a worker is started with. */
export interface ScanWorkerData {
  readonly values: readonly Wanted[];
  readonly bytesMax: number;
}

const { values, bytesMax } = workerData as ScanWorkerData;
const scanner = new EntryScanner(values, bytesMax);

new JobServer<PostedEntries, readonly ContentVerdict[]>(async function* (batch) {
  yield { part: await scanner.scan(receivedEntries(batch)) };
}).listen();
