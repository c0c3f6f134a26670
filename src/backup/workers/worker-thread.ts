import { Worker } from "node:worker_threads";
import { receivedError } from "./sent-error.ts";
import type { Answer, Request } from "./serve-jobs.ts";

/** Who waits for the answer to a job. */
export interface Receiver<Part> {
  /** `taken` is to be called once for each batch but the last, when nothing of it is left. */
  batch(parts: readonly Part[]): void;
  /** The answer is at its end, with the last batch, or failed. Called once, last. */
  end(parts: readonly Part[], error?: Error): void;
}

/** Young generations stay small: what workers handle lies outside of the heap. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

interface Waiting<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that does jobs one after the other, and tasks in between: its program is a JobServer. */
export class WorkerThread<Job, Part, Task = never, Result = never> implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #tasks = new Map<number, Waiting<Result>>();
  /** Of the jobs that are posted and not ended, in order. */
  #receivers: Receiver<Part>[] = [];
  #number = 0;
  #dead: Error | undefined;

  constructor(script: URL, workerData: unknown) {
    this.#worker = new Worker(script, { workerData, resourceLimits });
    this.#worker.on("message", (answer: Answer<Part, Result>) => this.#receive(answer));
    this.#worker.once("error", (error) => this.#die(error));
    this.#worker.once("exit", () => this.#die(new Error("a worker thread ended early")));
  }

  /** Jobs that are posted and not ended. */
  get jobs(): number {
    return this.#receivers.length;
  }

  start(job: Job, receiver: Receiver<Part>): void {
    if (this.#dead !== undefined) return receiver.end([], this.#dead);
    this.#receivers.push(receiver);
    this.#post({ job });
  }

  /** Has a job without an answer done. Where it fails, all later ones do. */
  tell(job: Job): void {
    this.start(job, {
      batch: () => this.taken(),
      end: (_, error) => {
        if (error !== undefined) this.#die(error);
      },
    });
  }

  /** Does a job of which only the end counts. */
  finish(job: Job): Promise<void> {
    return new Promise((resolve, reject) => {
      this.start(job, {
        batch: () => this.taken(),
        end: (_, error) => (error === undefined ? resolve() : reject(error)),
      });
    });
  }

  /** Lets the thread go on: a batch of parts was taken. */
  taken(): void {
    this.#post("taken");
  }

  /** Tasks that are not done yet. */
  get tasks(): number {
    return this.#tasks.size;
  }

  /** Done before the next part of the job at hand. */
  perform(task: Task, transfer: readonly ArrayBuffer[]): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== undefined) return reject(this.#dead);
      const number = this.#number++;
      this.#tasks.set(number, { resolve, reject });
      this.#post({ task, number }, transfer);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#receivers = [];
    await this.#worker.terminate();
  }

  #post(request: Request<Job, Task>, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  #receive(answer: Answer<Part, Result>): void {
    if ("number" in answer) return this.#settle(answer);
    const { parts, ended } = answer;
    if (ended === undefined) this.#receivers[0]?.batch(parts);
    else this.#receivers.shift()?.end(parts, ended === "done" ? undefined : receivedError(ended.failed));
  }

  #die(error: Error): void {
    this.#dead ??= error;
    for (const receiver of this.#receivers.splice(0)) receiver.end([], this.#dead);
    for (const { reject } of this.#tasks.values()) reject(this.#dead);
    this.#tasks.clear();
  }

  #settle({ number, outcome }: Extract<Answer<Part, Result>, { number: number }>): void {
    const waiting = this.#tasks.get(number);
    this.#tasks.delete(number);
    if ("failed" in outcome) waiting?.reject(receivedError(outcome.failed));
    else waiting?.resolve(outcome.result);
  }
}

/** The place of a worker's program as the sources lie: TypeScript in development, compiled in the package. */
export function workerScript(name: string, besideUrl: string): URL {
  return new URL(`${name}${besideUrl.endsWith(".ts") ? ".ts" : ".js"}`, besideUrl);
}
