import type { PlannedEntry } from "../../disk/planned.ts";
import { compressFrame } from "../../format/frame.ts";
import { encodeFrame } from "../../format/frame-packer.ts";
import { postedEntries } from "../workers/posted-entries.ts";
import { type Jobs, LocalRunner, barrier } from "../workers/worker-pool.ts";
import { GroupCapture } from "./group-capture.ts";
import type { CaptureSetting, CapturedPart, EntriesJob, PostedJob, SnapshotOutcome } from "./jobs.ts";
import { SnapshotsAhead } from "./snapshots-ahead.ts";

/** Whoever reads, hashes, packs and compresses: this thread, or several others. */
export interface CaptureThreads extends AsyncDisposable {
  /** Frames that may wait for being compressed, or for those before them. */
  readonly framesAhead: number;
  inOrder(jobs: Jobs<EntriesJob>): AsyncIterable<CapturedPart>;
  compress(raw: Uint8Array): Promise<Uint8Array>;
  /** The job with the snapshot of its one entry, where that is taken ahead. */
  withSnapshot(job: EntriesJob, entry: PlannedEntry): EntriesJob | Promise<EntriesJob>;
}

export class ThisThread implements CaptureThreads {
  readonly framesAhead = 0;
  readonly #level: number;
  readonly #runner: LocalRunner<EntriesJob, CapturedPart>;

  constructor(setting: CaptureSetting, signal: AbortSignal) {
    this.#level = setting.compressionLevel;
    const capture = new GroupCapture(setting, (frame) => encodeFrame(frame, this.#level), signal);
    this.#runner = new LocalRunner((job) => capture.capture(job));
  }

  inOrder(jobs: Jobs<EntriesJob>): AsyncIterable<CapturedPart> {
    return this.#runner.inOrder(jobs);
  }

  async compress(raw: Uint8Array): Promise<Uint8Array> {
    return compressFrame(raw, this.#level);
  }

  withSnapshot(job: EntriesJob): EntriesJob {
    return job;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Several threads that were told how to capture. */
export interface CapturePool extends AsyncDisposable {
  readonly count: number;
  inOrder(jobs: Jobs<PostedJob>): AsyncIterable<CapturedPart>;
  perform(raw: Uint8Array, transfer: readonly ArrayBuffer[]): Promise<Uint8Array>;
}

/** A smaller database is copied by the thread that packs it: to start another takes as long. */
const copierBytes = 32 * 1024 * 1024;

/** Captures with several threads, and ends them. */
export class OtherThreads implements CaptureThreads {
  readonly framesAhead: number;
  readonly #pool: CapturePool;
  readonly #newCopier: () => CapturePool;
  readonly #snapshots: SnapshotsAhead;
  /** Copies of large databases have a thread of their own, as long as there are any: the others go on with what comes before. */
  #copier: CapturePool | undefined;
  #copying: Promise<unknown> = Promise.resolve();
  #copiesLeft: number;

  /** `databases`: those that will be captured, in order. */
  constructor(
    pool: CapturePool,
    { newCopier, databases }: { newCopier: () => CapturePool; databases: readonly PlannedEntry[] },
  ) {
    this.#pool = pool;
    this.framesAhead = 2 * pool.count;
    this.#newCopier = newCopier;
    const large = databases.filter((entry) => isLarge(entry));
    this.#copiesLeft = large.length;
    this.#snapshots = new SnapshotsAhead(large, (entry) => this.#snapshot(entry));
  }

  inOrder(jobs: Jobs<EntriesJob>): AsyncIterable<CapturedPart> {
    return this.#pool.inOrder(postedJobs(jobs));
  }

  compress(raw: Uint8Array): Promise<Uint8Array> {
    return this.#pool.perform(raw, raw.buffer instanceof ArrayBuffer ? [raw.buffer] : []);
  }

  withSnapshot(job: EntriesJob, entry: PlannedEntry): EntriesJob | Promise<EntriesJob> {
    return isLarge(entry) ? this.#snapshots.of(entry).then((snapshot) => ({ ...job, snapshot })) : job;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#pool[Symbol.asyncDispose](), this.#copier?.[Symbol.asyncDispose]()]);
  }

  /** One after the other: there is one thread for them. */
  #snapshot(entry: PlannedEntry): Promise<SnapshotOutcome> {
    const outcome = this.#copying.then(() => this.#copy(entry));
    this.#copying = outcome.catch(() => {});
    return outcome;
  }

  async #copy(entry: PlannedEntry): Promise<SnapshotOutcome> {
    let outcome: SnapshotOutcome | undefined;
    this.#copier ??= this.#newCopier();
    // To its end: the thread is not free for the next before.
    for await (const part of this.#copier.inOrder([{ snapshotOf: postedEntries([entry]) }]))
      if ("snapshot" in part) outcome = part.snapshot;
    this.#copiesLeft -= 1;
    if (this.#copiesLeft <= 0) {
      await this.#copier[Symbol.asyncDispose]();
      this.#copier = undefined;
    }
    if (outcome === undefined) throw new Error("a thread that copies databases gave no answer");
    return outcome;
  }
}

function isLarge({ size }: PlannedEntry): boolean {
  return size >= copierBytes;
}

function* postedJobs(jobs: Jobs<EntriesJob>): Generator<PostedJob | Promise<PostedJob> | typeof barrier> {
  for (const job of jobs) {
    if (job === barrier) yield job;
    else yield job instanceof Promise ? job.then(postedJob) : postedJob(job);
  }
}

function postedJob({ entries, ...job }: EntriesJob): PostedJob {
  return { ...job, posted: postedEntries(entries) };
}
