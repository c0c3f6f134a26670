import { parentPort } from "node:worker_threads";
import { type SentError, sentError } from "./sent-error.ts";

/** What is posted to a thread: a job, that a batch of parts of an answer was taken, or a task amid jobs. */
export type Request<Job, Task> =
  | { readonly job: Job }
  | "taken"
  | { readonly task: Task; readonly number: number };

/** Parts of the answer to a job, in order; with the last of them how it ended. */
export interface PartBatch<Part> {
  readonly parts: readonly Part[];
  readonly ended?: "done" | { readonly failed: SentError };
}

/** What a thread answers: parts of its jobs, one job after the other; and the results of tasks. */
export type Answer<Part, Result> =
  | PartBatch<Part>
  | {
      readonly number: number;
      readonly outcome: { readonly result: Result } | { readonly failed: SentError };
    };

export interface Served<Part> {
  readonly part: Part;
  /** Buffers that are given away with it instead of copied. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** Parts that are posted together: to wake another thread costs as much as a tenth of a frame's compression. */
const batchParts = 2;
/** Batches of an answer that may lie with the main thread before the next is made. */
const batchesAhead = 2;

/**
 * The other end of a worker pool: does the jobs that are posted to this thread, one after the other. An answer is made
 * no faster than its parts are taken. Tasks are done when this thread waits.
 */
export class JobServer<Job, Part, Task = never, Result = never> {
  readonly #answer: (job: Job) => Iterable<Served<Part>> | AsyncIterable<Served<Part>>;
  readonly #perform: ((task: Task) => Served<Result>) | undefined;
  #jobs: Promise<void> = Promise.resolve();
  #batch: Served<Part>[] = [];
  /** Batches that lie with the main thread. Those that end a job do not count: of jobs no more are posted than fit. */
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
      this.#jobs = this.#jobs.then(() => this.#do(request.job));
    });
  }

  async #do(job: Job): Promise<void> {
    try {
      for await (const served of this.#answer(job)) {
        // Only when there is more: the last ones go with the end.
        if (this.#batch.length === batchParts) {
          this.#postBatch();
          this.#ahead += 1;
          await this.#room();
        }
        this.#batch.push(served);
      }
      this.#postBatch("done");
    } catch (error) {
      this.#postBatch({ failed: sentError(error) });
    }
  }

  #postBatch(ended?: PartBatch<Part>["ended"]): void {
    const batch = this.#batch;
    this.#batch = [];
    const transfer = batch.flatMap(({ transfer = [] }) => transfer);
    this.#post({ parts: batch.map(({ part }) => part), ...(ended !== undefined && { ended }) }, transfer);
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
    while (this.#ahead >= batchesAhead) await new Promise<void>((resolve) => (this.#resume = resolve));
  }

  #taken(): void {
    this.#ahead -= 1;
    this.#resume?.();
  }
}
