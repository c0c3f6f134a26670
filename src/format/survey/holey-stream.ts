import type { KeyObject } from "node:crypto";
import type { ByteSource } from "../bytes.ts";
import { FormatError } from "../errors.ts";
import {
  chunkBytes,
  nonceBytes,
  openChunk,
  payloadKey,
  plainBytes,
  sealedChunkBytes,
  tagBytes,
} from "../seal/payload.ts";
import type { Span } from "./bad-bytes.ts";
import type { FoundSegment } from "./found-segment.ts";

/** A stream of which parts may be missing. */
export interface HoleyStream {
  /** Undefined where the tail is gone and nothing tells its length. */
  readonly sizeBytes: number | undefined;
  /** As many of the `most` bytes from `offset` on as are here without a hole; none is an empty buffer. */
  readUpTo(offset: number, most: number): Promise<Buffer>;
  /** The first offset from `offset` on where bytes are here again. */
  nextPresent(offset: number): Promise<number | undefined>;
  /** True where every byte of the range is here, whatever it is worth. */
  isPresent(offset: number, length: number): boolean;
  /** True where every byte of the range is proved: by the digest of its segment, or by the seal it came out of. */
  isProved(offset: number, length: number): boolean;
}

/** A section's stored stream, from the segments that are here. */
export class StoredPieces implements HoleyStream {
  readonly sizeBytes: number | undefined;
  readonly #source: ByteSource;
  readonly #segments: readonly FoundSegment[];
  readonly #proved: ReadonlySet<number>;

  constructor(
    source: ByteSource,
    segments: readonly FoundSegment[],
    known: { sizeBytes: number | undefined; proved: ReadonlySet<number> },
  ) {
    this.#source = source;
    this.#segments = segments;
    this.sizeBytes = known.sizeBytes;
    this.#proved = known.proved;
  }

  async readUpTo(offset: number, most: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let at = offset;
    while (at < offset + most) {
      const segment = this.#segments[this.#indexAt(at)];
      if (segment === undefined || at >= segment.streamOffset + segment.presentBytes) break;
      const within = at - segment.streamOffset;
      const length = Math.min(offset + most - at, segment.presentBytes - within);
      parts.push(await this.#source.read(segment.offset + within, length));
      at += length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  nextPresent(offset: number): Promise<number | undefined> {
    for (let index = Math.max(0, this.#indexAt(offset)); index < this.#segments.length; index++) {
      const { streamOffset, presentBytes } = this.#segments[index]!;
      if (offset < streamOffset + presentBytes) return Promise.resolve(Math.max(offset, streamOffset));
    }
    return Promise.resolve(undefined);
  }

  isPresent(offset: number, length: number): boolean {
    let at = offset;
    while (at < offset + length) {
      const segment = this.#segments[this.#indexAt(at)];
      if (segment === undefined || at >= segment.streamOffset + segment.presentBytes) return false;
      at = segment.streamOffset + segment.presentBytes;
    }
    return true;
  }

  isProved(offset: number, length: number): boolean {
    let index = this.#indexAt(offset);
    for (; this.#segments[index] !== undefined; index++) {
      const { streamOffset, number } = this.#segments[index]!;
      if (streamOffset >= offset + length) break;
      if (!this.#proved.has(number)) return false;
    }
    return true;
  }

  /** The last segment that begins at or before an offset of the stream; -1 where there is none. */
  #indexAt(offset: number): number {
    let low = -1;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#segments[middle]!.streamOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The decrypted stream, from the age chunks that are wholly here and authentic. */
export class UnsealedPieces implements HoleyStream {
  readonly sizeBytes: number | undefined;
  readonly #stored: HoleyStream;
  readonly #key: KeyObject;
  #held: { index: number; plain: Buffer | undefined } | undefined;

  private constructor(stored: HoleyStream, key: KeyObject) {
    this.#stored = stored;
    this.#key = key;
    this.sizeBytes = plainSize(stored.sizeBytes);
  }

  /** Undefined where the payload's nonce is lost: then nothing of it can be decrypted. */
  static async open(stored: HoleyStream, fileKey: Uint8Array): Promise<UnsealedPieces | undefined> {
    const nonce = await stored.readUpTo(0, nonceBytes);
    return nonce.length < nonceBytes ? undefined : new UnsealedPieces(stored, payloadKey(fileKey, nonce));
  }

  async readUpTo(offset: number, most: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let at = offset;
    while (at < offset + most) {
      const index = Math.floor(at / chunkBytes);
      const plain = await this.#chunk(index);
      const part = plain?.subarray(at - index * chunkBytes, at - index * chunkBytes + offset + most - at);
      if (part === undefined || part.length === 0) break;
      parts.push(part);
      at += part.length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  async nextPresent(offset: number): Promise<number | undefined> {
    let index = Math.floor(offset / chunkBytes);
    for (;;) {
      const plain = await this.#chunk(index);
      const start = index * chunkBytes;
      if (plain !== undefined && start + plain.length > offset) return Math.max(offset, start);
      const present = await this.#stored.nextPresent(nonceBytes + (index + 1) * sealedChunkBytes);
      if (present === undefined) return undefined;
      index = Math.max(index + 1, Math.floor((present - nonceBytes) / sealedChunkBytes));
    }
  }

  isPresent(offset: number, length: number): boolean {
    return this.#stored.isPresent(...this.#chunkRange(offset, length));
  }

  /** What an age chunk gives out is authentic. */
  isProved(): boolean {
    return true;
  }

  /** The parts of the stored stream from `from` to `to` that lie in chunks which open. */
  async wholeIn(from: number, to: number): Promise<Span[]> {
    const whole: Span[] = [];
    const first = Math.max(0, Math.floor((from - nonceBytes) / sealedChunkBytes));
    for (let index = first; nonceBytes + index * sealedChunkBytes < to; index++) {
      const plain = await this.#chunk(index);
      if (plain === undefined) continue;
      whole.push({ offset: nonceBytes + index * sealedChunkBytes, length: plain.length + tagBytes });
    }
    // A chunk that opens proves the nonce, too.
    return whole.length === 0 ? [] : [{ offset: 0, length: nonceBytes }, ...whole];
  }

  /** The stored bytes of the chunks that hold a range. */
  #chunkRange(offset: number, length: number): [number, number] {
    const first = nonceBytes + Math.floor(offset / chunkBytes) * sealedChunkBytes;
    const end = nonceBytes + (Math.floor((offset + length - 1) / chunkBytes) + 1) * sealedChunkBytes;
    return [first, Math.min(end, this.#stored.sizeBytes ?? end) - first];
  }

  async #chunk(index: number): Promise<Buffer | undefined> {
    if (this.#held?.index !== index) this.#held = { index, plain: await this.#open(index) };
    return this.#held.plain;
  }

  /** Without the tail it is not known which chunk is the last: a whole one may be either. */
  async #open(index: number): Promise<Buffer | undefined> {
    const sealed = await this.#stored.readUpTo(nonceBytes + index * sealedChunkBytes, sealedChunkBytes);
    for (const last of [false, true]) {
      try {
        return openChunk(this.#key, index, last, sealed);
      } catch (cause) {
        if (!(cause instanceof FormatError)) throw cause;
      }
    }
    return undefined;
  }
}

function plainSize(storedBytes: number | undefined): number | undefined {
  try {
    return storedBytes === undefined ? undefined : plainBytes(storedBytes);
  } catch (cause) {
    if (cause instanceof FormatError) return undefined;
    throw cause;
  }
}
