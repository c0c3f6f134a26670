import { Worker } from "node:worker_threads";
import { receivedError } from "./sent-error.ts";
import type { Answer, Request } from "./serve-jobs.ts";

/** Who waits for the answer to a job. */
export interface Receiver<Part> {
  part(part: Part): void;
  /** The answer is at its end, or failed. Called once, last. */
  end(error?: Error): void;
}

/** Young generations stay small: what workers handle lies outside of the heap. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

/** A thread that does one job at a time: its program is a JobServer. */
export class WorkerThread<Job, Part> implements AsyncDisposable {
  readonly #worker: Worker;
  #receiver: Receiver<Part> | undefined;
  #dead: Error | undefined;

  constructor(script: URL, workerData: unknown) {
    this.#worker = new Worker(script, { workerData, resourceLimits });
    this.#worker.on("message", (answer: Answer<Part>) => this.#receive(answer));
    this.#worker.once("error", (error) => this.#die(error));
    this.#worker.once("exit", () => this.#die(new Error("a worker thread ended early")));
  }

  start(job: Job, receiver: Receiver<Part>): void {
    if (this.#dead !== undefined) return receiver.end(this.#dead);
    this.#receiver = receiver;
    this.#post({ job });
  }

  /** Lets the thread go on: a part of the answer was taken. */
  taken(): void {
    if (this.#receiver !== undefined) this.#post("taken");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#receiver = undefined;
    await this.#worker.terminate();
  }

  #post(request: Request<Job>): void {
    // A thread of Node, no window: there is no origin.
    // eslint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage(request);
  }

  #receive(answer: Answer<Part>): void {
    if (answer === "done") this.#end();
    else if ("failed" in answer) this.#end(receivedError(answer.failed));
    else this.#receiver?.part(answer.part);
  }

  #die(error: Error): void {
    this.#dead ??= error;
    this.#end(this.#dead);
  }

  #end(error?: Error): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    receiver?.end(error);
  }
}

/** The place of a worker's program as the sources lie: TypeScript in development, compiled in the package. */
export function workerScript(name: string, besideUrl: string): URL {
  return new URL(`${name}${besideUrl.endsWith(".ts") ? ".ts" : ".js"}`, besideUrl);
}
