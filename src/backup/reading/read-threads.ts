import type { ByteSource } from "../../format/bytes.ts";
import type { OpenFile } from "../../store/descriptor-source.ts";
import { FileSource } from "../../store/file-source.ts";
import type { Context } from "../context.ts";
import { WorkerPool } from "../workers/worker-pool.ts";
import { workerScript } from "../workers/worker-thread.ts";
import type { FilePlaces, ReadJob, ReadingSetting } from "./jobs.ts";
import { type OpenedArchive, readParts } from "./read-parts.ts";
import { readingThreads } from "./thread-count.ts";

/** What each thread is told when it starts. */
export interface ThreadSetting {
  readonly setting: ReadingSetting;
  readonly file: OpenFile;
  /** One number: bytes read since the main thread looked last. */
  readonly bytes: BigInt64Array;
}

/** How an archive is read by threads: how many, and stored bytes that each takes at a time. */
export interface Threads {
  readonly count: number;
  readonly partBytes: number;
}

const partBytes = 8 * 1024 * 1024;
const lookMs = 100;

/** What is of use for an archive: none where it is small, or no file that several threads can read. */
export function threadsFor(source: ByteSource, opened: OpenedArchive): Threads {
  const count = readingThreads(decodedBytes(opened), opened.archive.layout.manifest.segmentBytes);
  return { count: source instanceof FileSource ? count : 0, partBytes };
}

/** Decoded bytes where a section is opened, stored ones where only its segments are read. */
export function decodedBytes({ archive, entries: { plain, sealed } }: OpenedArchive): number {
  return plain.reader.indexStart + (sealed?.reader.indexStart ?? archive.layout.sealed.storedBytes);
}

export interface ThreadedReading extends Threads {
  /** The one that the archive was opened from: threads read from its descriptor. */
  readonly source: FileSource;
  /** Where the files go. Default: nowhere. */
  readonly files?: FilePlaces | undefined;
  /** Told now and then of bytes that were read since. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** As {@link readParts}. Ends all threads before it returns or throws. */
export async function readByThreads(
  opened: OpenedArchive,
  { source, count, partBytes, files, onBytes }: ThreadedReading,
  context: Pick<Context, "progress" | "signal">,
): Promise<void> {
  const { archive, entries } = opened;
  const { plain, sealed } = archive.layout;
  const workerData: ThreadSetting = {
    setting: { layouts: { plain, sealed }, fileKey: entries.fileKey, files },
    file: { descriptor: source.descriptor, sizeBytes: source.sizeBytes },
    bytes: new BigInt64Array(new SharedArrayBuffer(8)),
  };
  const script = workerScript("read-worker", import.meta.url);
  await using pool = new WorkerPool<ReadJob, "read">(script, { count, workerData });
  const advance = (read: number): void => {
    context.progress.advance(read);
    onBytes?.(read);
  };
  const total = decodedBytes(opened);
  using watch = new Watch(workerData.bytes, { total, advance, signal: context.signal });
  await Promise.race([readParts(opened, pool, partBytes), watch.aborted]);
}

interface Watched {
  /** Bytes in all. */
  readonly total: number;
  readonly advance: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Looks from time to time how far the threads are, and whether somebody wants to stop. */
class Watch implements Disposable {
  readonly aborted: Promise<never>;
  readonly #bytes: BigInt64Array;
  readonly #advance: (bytes: number) => void;
  readonly #timer: NodeJS.Timeout;
  #rest: number;

  constructor(bytes: BigInt64Array, { total, advance, signal }: Watched) {
    this.#bytes = bytes;
    this.#rest = total;
    this.#advance = advance;
    const { promise, reject } = Promise.withResolvers<never>();
    this.aborted = promise;
    this.#timer = setInterval(() => {
      if (signal.aborted) reject(signal.reason);
      this.#look();
    }, lookMs);
  }

  /** Some frames are read twice, for two parts. */
  #look(): void {
    const bytes = Math.min(Number(Atomics.exchange(this.#bytes, 0, 0n)), this.#rest);
    this.#rest -= bytes;
    if (bytes > 0) this.#advance(bytes);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#look();
  }
}
