import { hash } from "node:crypto";
import type { ByteSource } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import type { SectionLayout } from "./section-layout.ts";

/** Random access to a stream of known length. */
export interface RandomStream {
  readonly sizeBytes: number;
  /** `length` bytes at `offset`, both inside the stream. The result must not be changed. */
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

/** The stored bytes of a section: its segments' contents as one stream. */
export class StoredStream implements RandomStream {
  readonly sizeBytes: number;
  readonly #source: ByteSource;
  readonly #layout: SectionLayout;
  readonly #options: StoredStreamOptions;
  readonly #proved = new Set<number>();
  #held: { index: number; content: Buffer } | undefined;

  constructor(source: ByteSource, layout: SectionLayout, options: StoredStreamOptions) {
    this.sizeBytes = layout.storedBytes;
    this.#source = source;
    this.#layout = layout;
    this.#options = options;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let at = offset;
    while (at < offset + length) {
      const index = Math.floor(at / this.#layout.segmentBytes);
      const within = at - index * this.#layout.segmentBytes;
      const taken = Math.min(offset + length - at, this.#layout.segments[index]!.bytes - within);
      parts.push(await this.#part(index, within, taken));
      at += taken;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  async #part(index: number, within: number, length: number): Promise<Buffer> {
    if (this.#held?.index === index) return this.#held.content.subarray(within, within + length);
    if (!this.#options.prove || this.#proved.has(index))
      return this.#source.read(this.#layout.segments[index]!.offset + within, length);
    // Before the next is read: only one is ever held.
    this.#held = undefined;
    const content = await this.#proveSegment(index);
    this.#proved.add(index);
    this.#held = { index, content };
    return content.subarray(within, within + length);
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

/** Reads every segment once, for its digest alone: all that can be proved of a sealed section without a key. */
export async function proveSegments(
  source: ByteSource,
  layout: SectionLayout,
  onProved?: (bytes: number) => void,
): Promise<void> {
  const stream = new StoredStream(source, layout, { prove: true, ...(onProved && { onProved }) });
  for (let at = 0; at < layout.storedBytes; at += layout.segmentBytes) await stream.read(at, 1);
}
