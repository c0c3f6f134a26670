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

interface Waiting<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that does one job at a time, and tasks in between: its program is a JobServer. */
export class WorkerThread<Job, Part, Task = never, Result = never> implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #tasks = new Map<number, Waiting<Result>>();
  #receiver: Receiver<Part> | undefined;
  #number = 0;
  #dead: Error | undefined;

  constructor(script: URL, workerData: unknown) {
    this.#worker = new Worker(script, { workerData, resourceLimits });
    this.#worker.on("message", (answer: Answer<Part, Result>) => this.#receive(answer));
    this.#worker.once("error", (error) => this.#die(error));
    this.#worker.once("exit", () => this.#die(new Error("a worker thread ended early")));
  }

  start(job: Job, receiver: Receiver<Part>): void {
    if (this.#dead !== undefined) return receiver.end(this.#dead);
    this.#receiver = receiver;
    this.#post({ job });
  }

  /** Does a job of which only the end counts. */
  finish(job: Job): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => (error === undefined ? resolve() : reject(error));
      this.start(job, { part: () => this.taken(), end });
    });
  }

  /** Lets the thread go on: a part of the answer was taken. */
  taken(): void {
    if (this.#receiver !== undefined) this.#post("taken");
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
    this.#receiver = undefined;
    await this.#worker.terminate();
  }

  #post(request: Request<Job, Task>, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  #receive(answer: Answer<Part, Result>): void {
    if (answer === "done") this.#end();
    else if ("number" in answer) this.#settle(answer);
    else if ("failed" in answer) this.#end(receivedError(answer.failed));
    else this.#receiver?.part(answer.part);
  }

  #die(error: Error): void {
    this.#dead ??= error;
    this.#end(this.#dead);
    for (const { reject } of this.#tasks.values()) reject(this.#dead);
    this.#tasks.clear();
  }

  #settle({ number, outcome }: Extract<Answer<Part, Result>, { number: number }>): void {
    const waiting = this.#tasks.get(number);
    this.#tasks.delete(number);
    if ("failed" in outcome) waiting?.reject(receivedError(outcome.failed));
    else waiting?.resolve(outcome.result);
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
