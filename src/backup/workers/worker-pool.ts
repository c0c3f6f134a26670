import { WorkerThread } from "./worker-thread.ts";

/** Stands among jobs where all before it must be answered, and their answers taken, before the next is asked for. */
export const barrier = Symbol("all before are done");

/** A job that is still in the making keeps its place, and a thread that waits for it. */
export type Jobs<Job> = Iterable<Job | Promise<Job> | typeof barrier>;

/** Does jobs and hands out the parts of their answers in the order of the jobs. */
export interface JobRunner<Job, Part> extends AsyncDisposable {
  inOrder(jobs: Jobs<Job>): AsyncIterable<Part>;
  /** Does jobs of which only the end counts, each when a thread is free. Rejects with the first failure. */
  inAnyOrder(jobs: Iterable<Job>): Promise<void>;
}

/** Does the jobs in this thread. */
export class LocalRunner<Job, Part> implements JobRunner<Job, Part> {
  readonly #answer: (job: Job) => Iterable<Part> | AsyncIterable<Part>;

  constructor(answer: (job: Job) => Iterable<Part> | AsyncIterable<Part>) {
    this.#answer = answer;
  }

  async *inOrder(jobs: Jobs<Job>): AsyncGenerator<Part> {
    for (const job of jobs) if (job !== barrier) yield* this.#answer(await job);
  }

  async inAnyOrder(jobs: Iterable<Job>): Promise<void> {
    for (const job of jobs) for await (const _ of this.#answer(job));
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Jobs begun whose answers are not taken yet, for each thread. */
const jobsAhead = 3;
/** Jobs that a thread has at once: the next one lies there when one is done. */
const jobsPosted = 2;

/**
 * Several threads that share nothing. Jobs are asked for, begun and answered in order; how many are begun ahead, and
 * how much of an answer is made ahead, is bounded. Take all parts before the next call.
 */
export class WorkerPool<Job, Part, Task = never, Result = never> implements JobRunner<Job, Part> {
  readonly #threads: readonly WorkerThread<Job, Part, Task, Result>[];

  constructor(script: URL, { count, workerData }: { readonly count: number; readonly workerData?: unknown }) {
    this.#threads = Array.from({ length: count }, () => new WorkerThread(script, workerData));
  }

  get count(): number {
    return this.#threads.length;
  }

  /** Posts a job without an answer to each thread. One that cannot do it fails with that for all that comes after. */
  tell(job: Job): void {
    for (const thread of this.#threads) thread.tell(job);
  }

  /** A small piece of work for the thread that has the fewest of them. */
  perform(task: Task, transfer: readonly ArrayBuffer[] = []): Promise<Result> {
    const [thread] = this.#threads.toSorted((a, b) => a.tasks - b.tasks);
    return thread!.perform(task, transfer);
  }

  async *inOrder(jobs: Jobs<Job>): AsyncGenerator<Part> {
    const begun = new BegunJobs(this.#threads, jobs[Symbol.iterator]());
    for (let head = begun.head(); head !== undefined; head = begun.head()) {
      for (let part = await head.take(); part !== undefined; part = await head.take()) yield part.part;
      begun.dropHead();
    }
  }

  async inAnyOrder(jobs: Iterable<Job>): Promise<void> {
    const rest = new SharedJobs(jobs);
    await Promise.all(this.#threads.map((thread) => rest.doneBy((job) => thread.finish(job))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()));
  }
}

/** Jobs that several take from, each the next when it has done one, until one fails. */
class SharedJobs<Job> {
  readonly #rest: Iterator<Job>;
  #failed = false;

  constructor(jobs: Iterable<Job>) {
    this.#rest = jobs[Symbol.iterator]();
  }

  async doneBy(finish: (job: Job) => Promise<void>): Promise<void> {
    try {
      for (let next = this.#rest.next(); next.done !== true; next = this.#rest.next()) {
        await finish(next.value);
        if (this.#failed) return;
      }
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }
}

type Thread<Job, Part> = Pick<WorkerThread<Job, Part>, "start" | "taken" | "jobs">;
type NextJob<Job> = Job | Promise<Job> | typeof barrier;

class BegunJobs<Job, Part> {
  readonly #jobs: Iterator<NextJob<Job>>;
  readonly #threads: readonly Thread<Job, Part>[];
  /** Those that wait for a job which is still in the making: what came to them meanwhile would be done before it. */
  readonly #waiting = new Set<Thread<Job, Part>>();
  readonly #ahead: number;
  readonly #begun: RunningJob<Part>[] = [];
  #next: IteratorResult<NextJob<Job>> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(threads: readonly Thread<Job, Part>[], jobs: Iterator<NextJob<Job>>) {
    this.#jobs = jobs;
    this.#threads = threads;
    this.#ahead = threads.length * jobsAhead;
  }

  /** The first job that is not done with; undefined after the last. */
  head(): RunningJob<Part> | undefined {
    if (this.#failure === undefined) this.#begin();
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#begun[0];
  }

  dropHead(): void {
    this.#begun.shift();
  }

  #begin(): void {
    while (this.#begun.length < this.#ahead) {
      const thread = this.#freeThread();
      if (thread === undefined) return;
      this.#next ??= this.#jobs.next();
      if (this.#next.done === true) return;
      const { value: job } = this.#next;
      if (job === barrier) {
        if (this.#begun.length > 0) return;
      } else this.#start(thread, job);
      this.#next = undefined;
    }
  }

  /** Amid other work: where the next job cannot be made, that is told to who asks for the head next. */
  #beginNow(): void {
    try {
      this.#begin();
    } catch (error) {
      this.#failure = { error };
    }
  }

  #freeThread(): Thread<Job, Part> | undefined {
    const free = this.#threads.filter((each) => each.jobs < jobsPosted && !this.#waiting.has(each));
    return free.length < 2 ? free[0] : free.toSorted((a, b) => a.jobs - b.jobs)[0];
  }

  #start(thread: Thread<Job, Part>, job: Job | Promise<Job>): void {
    const running = new RunningJob<Part>(() => thread.taken());
    this.#begun.push(running);
    const receiver = {
      batch: (parts: readonly Part[]) => running.push(parts),
      end: (parts: readonly Part[], error?: Error) => {
        running.end(parts, error);
        if (error === undefined) this.#beginNow();
      },
    };
    if (!(job instanceof Promise)) return thread.start(job, receiver);
    this.#waiting.add(thread);
    job
      .finally(() => this.#waiting.delete(thread))
      .then(
        (made) => thread.start(made, receiver),
        (error: Error) => running.end([], error),
      );
  }
}

/** The answer to a job as far as it is there. */
class RunningJob<Part> {
  /** Batches, the one begun first. */
  readonly #batches: (readonly Part[])[] = [];
  #at = 0;
  readonly #onTaken: () => void;
  #ended: { readonly error?: Error | undefined } | undefined;
  #wake: (() => void) | undefined;

  constructor(onTaken: () => void) {
    this.#onTaken = onTaken;
  }

  push(batch: readonly Part[]): void {
    this.#batches.push(batch);
    this.#wake?.();
  }

  end(parts: readonly Part[], error: Error | undefined): void {
    this.#batches.push(parts);
    this.#ended = { error };
    this.#wake?.();
  }

  /** The next part; undefined at the end. */
  async take(): Promise<{ readonly part: Part } | undefined> {
    for (;;) {
      const part = this.#nextPart();
      if (part !== undefined) return part;
      if (this.#ended !== undefined) {
        if (this.#ended.error !== undefined) throw this.#ended.error;
        return undefined;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #nextPart(): { readonly part: Part } | undefined {
    for (let [batch] = this.#batches; batch !== undefined; [batch] = this.#batches) {
      if (this.#at < batch.length) return { part: batch[this.#at++]! };
      this.#batches.shift();
      this.#at = 0;
      const isLast = this.#ended !== undefined && this.#batches.length === 0;
      if (!isLast) this.#onTaken();
    }
    return undefined;
  }
}
