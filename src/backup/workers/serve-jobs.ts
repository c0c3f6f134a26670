import { parentPort } from "node:worker_threads";
import { type SentError, sentError } from "./sent-error.ts";

/** What is posted to a thread: a job, or that a part of its answer was taken. */
export type Request<Job> = { readonly job: Job } | "taken";

/** What a thread answers: parts, then how the job ended. */
export type Answer<Part> = { readonly part: Part } | "done" | { readonly failed: SentError };

export interface Served<Part> {
  readonly part: Part;
  /** Buffers that are given away with it instead of copied. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** Parts of an answer that may lie with the main thread before the next is made. */
const partsAhead = 2;

/**
 * The other end of a worker pool: does the jobs that are posted to this thread, one after the other. An answer is made
 * no faster than its parts are taken.
 */
export class JobServer<Job, Part> {
  readonly #answer: (job: Job) => Iterable<Served<Part>> | AsyncIterable<Served<Part>>;
  #ahead = 0;
  #resume: (() => void) | undefined;

  constructor(answer: (job: Job) => Iterable<Served<Part>> | AsyncIterable<Served<Part>>) {
    this.#answer = answer;
  }

  listen(): void {
    parentPort!.on("message", (request: Request<Job>) => {
      if (request === "taken") return this.#taken();
      this.#do(request.job).then(
        () => this.#post("done"),
        (error: unknown) => this.#post({ failed: sentError(error) }),
      );
    });
  }

  async #do(job: Job): Promise<void> {
    this.#ahead = 0;
    for await (const { part, transfer } of this.#answer(job)) {
      this.#post({ part }, transfer);
      this.#ahead += 1;
      await this.#room();
    }
  }

  #post(message: Answer<Part>, transfer: readonly ArrayBuffer[] = []): void {
    parentPort!.postMessage(message, transfer);
  }

  async #room(): Promise<void> {
    while (this.#ahead >= partsAhead) await new Promise<void>((resolve) => (this.#resume = resolve));
  }

  #taken(): void {
    this.#ahead = Math.max(0, this.#ahead - 1);
    this.#resume?.();
  }
}
