import { Worker } from "node:worker_threads";
import type { PlannedEntry } from "../../disk/planned.ts";
import type { ContentVerdict } from "../../disk/scan.ts";
import type { ScanWorkerData } from "./scan-worker.ts";

/** As the sources lie here: TypeScript in development, compiled in the package. */
const script = new URL(
  import.meta.url.endsWith(".ts") ? "scan-worker.ts" : "scan-worker.js",
  import.meta.url,
);

/** A thread that scans one batch after the other. */
export class ScanWorker {
  readonly #worker: Worker;
  readonly #failure: Promise<never>;

  constructor(workerData: ScanWorkerData) {
    this.#worker = new Worker(script, { workerData });
    this.#failure = new Promise((_, reject) => {
      this.#worker.once("error", reject);
      this.#worker.once("exit", () => reject(new Error("a thread that scans for secrets ended early")));
    });
    // Also where nobody waits for it: when the thread is ended in good order.
    this.#failure.catch(() => {});
  }

  /** Rejects where the thread fails: what it had cannot be told from what was scanned. */
  scan(entries: readonly PlannedEntry[]): Promise<readonly ContentVerdict[]> {
    const verdicts = new Promise<readonly ContentVerdict[]>((resolve) => {
      this.#worker.once("message", resolve);
    });
    // A thread of Node, no window: there is no origin.
    // eslint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage(entries);
    return Promise.race([verdicts, this.#failure]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
