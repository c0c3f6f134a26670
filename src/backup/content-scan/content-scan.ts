import type { PlannedEntry } from "../../disk/planned.ts";
import type { ContentVerdict } from "../../disk/scan.ts";
import { BatchMaker, type ScanBatch } from "./batches.ts";
import type { EntryScanner } from "./scan-entry.ts";
import type { Wanted } from "./value-forms.ts";

/** What is looked for. Plain data: it is posted to threads. */
export interface ScanSetting {
  readonly values: readonly Wanted[];
  /** Larger files are not scanned. */
  readonly bytesMax: number;
}

type Entries = readonly PlannedEntry[];

/** Whoever looks into entries: this thread, or several others. */
export interface ScanThreads {
  /** What is looked for from the next batch on. */
  lookFor(values: readonly Wanted[]): void;
  /** The verdicts on each batch, in order. One that is still to come keeps its place. */
  verdicts(batches: Iterable<Entries | Promise<Entries>>): AsyncIterable<readonly ContentVerdict[]>;
}

/** The secrets that are known, more and more of them. */
interface KnownValues {
  readonly count: number;
  list(): readonly Wanted[];
}

/** A batch that was handed to the threads. */
interface Posted extends ScanBatch {
  /** How many secrets were looked for in it. */
  readonly valueCount: number;
  verdicts: readonly ContentVerdict[];
}

/** To be told of more secrets takes a thread some milliseconds: those that come later are looked for at the end. */
const tellingsMax = 16;
const nothing: ScanBatch = { entries: [], contentBytes: 0 };

/**
 * Looks into candidates for secrets while more of them are found, and more secrets. What was looked into before the last
 * secret was known is looked into again. Nothing is kept of what was read.
 */
export class ContentScan {
  readonly #values: KnownValues;
  readonly #signal: AbortSignal;
  readonly #maker = new BatchMaker();
  /** Made and not asked for yet; or asked for and not made. */
  readonly #made: ScanBatch[] = [];
  readonly #asked: ((entries: Entries) => void)[] = [];
  readonly #posted: Posted[] = [];
  #threads: ScanThreads | undefined;
  #tellings = 0;
  #told = 0;
  #isComplete = false;
  #taking = Promise.resolve();
  #doneBytes = 0;
  #onBytes: ((bytes: number) => void) | undefined;

  constructor(values: KnownValues, signal: AbortSignal) {
    this.#values = values;
    this.#signal = signal;
  }

  add(candidates: Entries): void {
    for (const batch of this.#maker.add(candidates)) this.#push(batch);
  }

  /** Has the work begun, if it is not yet: then it goes on whenever this thread waits for something. */
  begin(threads: () => ScanThreads): void {
    if (this.#threads !== undefined) return;
    this.#threads = threads();
    this.#taking = this.#take(this.#threads);
    // Told at the end.
    this.#taking.catch(() => {});
  }

  /** There are no more candidates and no more secrets. A verdict each, in order; `onBytes` is told of all that is done. */
  async end(threads: () => ScanThreads, onBytes: (bytes: number) => void): Promise<ContentVerdict[]> {
    for (const batch of this.#maker.rest()) this.#push(batch);
    this.#isComplete = true;
    while (this.#asked.length > 0) this.#push(nothing);
    onBytes(this.#doneBytes);
    this.#onBytes = onBytes;
    this.begin(threads);
    await this.#taking;
    await this.#again(this.#threads!);
    return this.#posted.flatMap(({ verdicts }) => verdicts);
  }

  async #take(threads: ScanThreads): Promise<void> {
    let done = 0;
    this.#signal.throwIfAborted();
    for await (const verdicts of threads.verdicts(this.#batches())) {
      const posted = this.#posted[done++]!;
      posted.verdicts = verdicts;
      this.#doneBytes += posted.contentBytes;
      this.#onBytes?.(posted.contentBytes);
      this.#signal.throwIfAborted();
    }
  }

  async #again(threads: ScanThreads): Promise<void> {
    const late = this.#posted.filter(({ valueCount }) => valueCount < this.#values.count);
    if (late.length === 0) return;
    threads.lookFor(this.#values.list());
    let done = 0;
    for await (const verdicts of threads.verdicts(late.map(({ entries }) => entries))) {
      late[done++]!.verdicts = verdicts;
      this.#signal.throwIfAborted();
    }
  }

  *#batches(): Generator<Entries | Promise<Entries>> {
    for (;;) {
      const batch = this.#made.shift();
      if (batch !== undefined) yield this.#post(batch);
      else if (this.#isComplete) return;
      else yield new Promise((resolve) => this.#asked.push(resolve));
    }
  }

  #push(batch: ScanBatch): void {
    const asked = this.#asked.shift();
    if (asked === undefined) this.#made.push(batch);
    else asked(this.#post(batch));
  }

  #post(batch: ScanBatch): Entries {
    const { count } = this.#values;
    if (this.#tellings === 0 || (count > this.#told && this.#tellings < tellingsMax)) {
      this.#threads!.lookFor(this.#values.list());
      this.#told = count;
      this.#tellings += 1;
    }
    this.#posted.push({ ...batch, valueCount: this.#told, verdicts: [] });
    return batch.entries;
  }
}

/** Looks into them in this thread. */
export class ScanHere implements ScanThreads {
  readonly #bytesMax: number;
  #values: readonly Wanted[] = [];
  #scanner: EntryScanner | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  lookFor(values: readonly Wanted[]): void {
    this.#values = values;
    this.#scanner = undefined;
  }

  async *verdicts(batches: Iterable<Entries | Promise<Entries>>): AsyncGenerator<readonly ContentVerdict[]> {
    const { EntryScanner: Scanner } = await import("./scan-entry.ts");
    for (const batch of batches) {
      this.#scanner ??= new Scanner(this.#values, this.#bytesMax);
      yield this.#scanner.scan(await batch);
    }
  }
}
