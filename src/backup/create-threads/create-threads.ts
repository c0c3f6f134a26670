import type { PlannedEntry } from "../../disk/planned.ts";
import type { ContentVerdict } from "../../disk/scan.ts";
import {
  type CapturePool,
  type CaptureThreads,
  OtherThreads,
  ThisThread,
} from "../capture/capture-threads.ts";
import type { CaptureSetting, CapturedPart } from "../capture/jobs.ts";
import { type ScanThreads, ScanHere } from "../content-scan/content-scan.ts";
import { postedEntries } from "../workers/posted-entries.ts";
import { WorkerPool } from "../workers/worker-pool.ts";
import { workerScript } from "../workers/worker-thread.ts";
import type { CreateJob, CreatePart, CreateSetting } from "./jobs.ts";
import { type Work, threadsFor } from "./thread-count.ts";

type Batches = Parameters<ScanThreads["verdicts"]>[0];
type Pool = WorkerPool<CreateJob | CreateSetting, CreatePart, Uint8Array, Uint8Array>;

/** How many threads a backup may have. */
export interface ThreadChoice {
  /** 0: all is done in this thread. Default: as many as are of use. */
  readonly count?: number | undefined;
  /** Nothing will be captured. */
  readonly onlyScan?: boolean;
}

/** The threads of one backup: the same look for secrets and then read, hash, pack and compress. */
export class CreateThreads implements AsyncDisposable {
  readonly #choice: ThreadChoice;
  #pool: Pool | undefined;

  constructor(choice: ThreadChoice) {
    this.#choice = choice;
  }

  /**
   * Starts them where there is enough to do, as far as that is known. Without it, or else, all is done in this thread.
   */
  start(work: { readonly capture: Work; readonly scan: Work }): void {
    if (this.#pool !== undefined) return;
    const { count, onlyScan = false } = this.#choice;
    const started = count ?? threadsFor(onlyScan ? work.scan : work.capture);
    if (started > 0) this.#pool = newPool(started);
  }

  get areStarted(): boolean {
    return this.#pool !== undefined;
  }

  /** `bytesMax`: larger files are not scanned. */
  scan(bytesMax: number): ScanThreads {
    const pool = this.#pool;
    if (pool === undefined) return new ScanHere(bytesMax);
    return {
      lookFor: (values) => pool.tell({ forScan: { values, bytesMax } }),
      verdicts: (batches) => verdicts(pool, batches),
    };
  }

  /** The threads end with what it returns. `databases`: those that will be captured, in order. */
  capture(
    setting: CaptureSetting,
    { databases, signal }: { readonly databases: readonly PlannedEntry[]; readonly signal: AbortSignal },
  ): CaptureThreads {
    if (this.#pool === undefined) return new ThisThread(setting, signal);
    const newCopier = (): CapturePool => capturePool(newPool(1), setting);
    return new OtherThreads(capturePool(this.#pool, setting), { newCopier, databases });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.[Symbol.asyncDispose]();
  }
}

function newPool(count: number): Pool {
  return new WorkerPool(workerScript("create-worker", import.meta.url), { count });
}

async function* verdicts(pool: Pool, batches: Batches): AsyncGenerator<readonly ContentVerdict[]> {
  for await (const part of pool.inOrder(scanJobs(batches))) if ("verdicts" in part) yield part.verdicts;
}

function* scanJobs(batches: Batches): Generator<CreateJob | Promise<CreateJob>> {
  for (const batch of batches) yield batch instanceof Promise ? batch.then(scanJob) : scanJob(batch);
}

function scanJob(entries: readonly PlannedEntry[]): CreateJob {
  return { scan: postedEntries(entries) };
}

function capturePool(pool: Pool, setting: CaptureSetting): CapturePool {
  pool.tell({ forCapture: setting });
  return {
    count: pool.count,
    inOrder: (jobs) => captured(pool.inOrder(jobs)),
    perform: (raw, transfer) => pool.perform(raw, transfer),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

async function* captured(parts: AsyncIterable<CreatePart>): AsyncGenerator<CapturedPart> {
  for await (const part of parts) if (!("verdicts" in part)) yield part;
}
