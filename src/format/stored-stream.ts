import { hash } from "node:crypto";
import { type ByteSource, release } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import type { SectionLayout } from "./section-layout.ts";

/** Random access to a stream of known length. */
export interface RandomStream {
  readonly sizeBytes: number;
  /**
   * `length` bytes at `offset`, both inside the stream. The result must not be changed, and holds until the next call:
   * one call at a time.
   */
  read(offset: number, length: number): Promise<Buffer>;
}

export interface StoredStreamOptions {
  /**
   * Reads whole segments and holds each to the digest in its name, once, before any byte of it is given out. What is
   * read again later is not digested again: index and content lie far apart and are read in turn.
   */
  readonly prove: boolean;
  /** Told of each segment proved: its content bytes. */
  readonly onProved?: (bytes: number) => void;
}

/** Segments from the first up to the second, counted from 0. */
export type SegmentRange = readonly [first: number, end: number];

/** The stored bytes of a section: its segments' contents as one stream. */
export class StoredStream implements RandomStream {
  readonly sizeBytes: number;
  readonly #source: ByteSource;
  readonly #layout: SectionLayout;
  readonly #options: StoredStreamOptions;
  readonly #proved = new Set<number>();
  #range: SegmentRange;
  #held: { index: number; content: Buffer } | undefined;

  constructor(source: ByteSource, layout: SectionLayout, options: StoredStreamOptions) {
    this.sizeBytes = layout.storedBytes;
    this.#source = source;
    this.#layout = layout;
    this.#options = options;
    this.#range = options.prove ? [0, layout.segments.length] : [0, 0];
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const first = Math.floor(offset / this.#layout.segmentBytes);
    const within = offset - first * this.#layout.segmentBytes;
    if (length > 0 && within + length <= this.#layout.segments[first]!.bytes)
      return this.#part(first, within, length);
    const all = Buffer.allocUnsafe(length);
    for (let at = 0; at < length;) {
      const index = Math.floor((offset + at) / this.#layout.segmentBytes);
      const from = offset + at - index * this.#layout.segmentBytes;
      const taken = Math.min(length - at, this.#layout.segments[index]!.bytes - from);
      at += (await this.#part(index, from, taken)).copy(all, at);
    }
    return all;
  }

  /** From now on holds just these segments to their digests, and forgets which it has. */
  proveOnly(range: SegmentRange): void {
    this.#range = range;
    this.#proved.clear();
    this.#drop();
  }

  /** Holds those of the segments to be proved to their digests that were not read yet. */
  async proveRest(): Promise<void> {
    const [first, end] = this.#range;
    for (let index = first; index < end; index++) if (!this.#proved.has(index)) await this.#part(index, 0, 1);
    this.#drop();
  }

  async #part(index: number, within: number, length: number): Promise<Buffer> {
    if (this.#held?.index === index) return this.#held.content.subarray(within, within + length);
    if (!this.#isToBeProved(index))
      return this.#source.read(this.#layout.segments[index]!.offset + within, length);
    // Before the next is read: only one is ever held.
    this.#drop();
    const content = await this.#proveSegment(index);
    this.#proved.add(index);
    this.#held = { index, content };
    return content.subarray(within, within + length);
  }

  #isToBeProved(index: number): boolean {
    const [first, end] = this.#range;
    return index >= first && index < end && !this.#proved.has(index);
  }

  #drop(): void {
    if (this.#held !== undefined) release(this.#held.content);
    this.#held = undefined;
  }

  async #proveSegment(index: number): Promise<Buffer> {
    const { offset, bytes, sha256, number } = this.#layout.segments[index]!;
    const content = await this.#source.read(offset, bytes);
    if (hash("sha256", content, "hex") !== sha256) {
      throw new FormatError(
        "digest-mismatch",
        `segment ${number} of the ${this.#layout.name} section is damaged`,
        {
          place: { section: this.#layout.name, offset, length: bytes },
        },
      );
    }
    this.#options.onProved?.(bytes);
    return content;
  }
}

/** Reads segments once, for their digests alone: all that can be proved of a sealed section without a key. */
export async function proveSegments(
  source: ByteSource,
  layout: SectionLayout,
  { range, onProved }: { range?: SegmentRange; onProved?: (bytes: number) => void } = {},
): Promise<void> {
  const stream = new StoredStream(source, layout, { prove: true, ...(onProved && { onProved }) });
  if (range !== undefined) stream.proveOnly(range);
  await stream.proveRest();
}
