import { parentPort } from "node:worker_threads";
import { type SentError, sentError } from "./sent-error.ts";

/** What is posted to a thread: a job, that a part of its answer was taken, or a task amid jobs. */
export type Request<Job, Task> =
  | { readonly job: Job }
  | "taken"
  | { readonly task: Task; readonly number: number };

/** What a thread answers: parts, then how the job ended; and the results of tasks. */
export type Answer<Part, Result> =
  | { readonly part: Part }
  | "done"
  | { readonly failed: SentError }
  | {
      readonly number: number;
      readonly outcome: { readonly result: Result } | { readonly failed: SentError };
    };

export interface Served<Part> {
  readonly part: Part;
  /** Buffers that are given away with it instead of copied. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** Parts of an answer that may lie with the main thread before the next is made. */
const partsAhead = 2;

/**
 * The other end of a worker pool: does the jobs that are posted to this thread, one after the other. An answer is made
 * no faster than its parts are taken. Tasks are done at once, between two parts of a job.
 */
export class JobServer<Job, Part, Task = never, Result = never> {
  readonly #answer: (job: Job) => Iterable<Served<Part>> | AsyncIterable<Served<Part>>;
  readonly #perform: ((task: Task) => Served<Result>) | undefined;
  #ahead = 0;
  #resume: (() => void) | undefined;

  constructor(
    answer: (job: Job) => Iterable<Served<Part>> | AsyncIterable<Served<Part>>,
    perform?: (task: Task) => Served<Result>,
  ) {
    this.#answer = answer;
    this.#perform = perform;
  }

  listen(): void {
    parentPort!.on("message", (request: Request<Job, Task>) => {
      if (request === "taken") return this.#taken();
      if ("task" in request) return this.#performNow(request);
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

  #performNow({ task, number }: { readonly task: Task; readonly number: number }): void {
    try {
      const { part: result, transfer } = this.#perform!(task);
      this.#post({ number, outcome: { result } }, transfer);
    } catch (error) {
      this.#post({ number, outcome: { failed: sentError(error) } });
    }
  }

  #post(message: Answer<Part, Result>, transfer: readonly ArrayBuffer[] = []): void {
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
