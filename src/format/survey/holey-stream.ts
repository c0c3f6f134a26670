import type { KeyObject } from "node:crypto";
import { hash } from "node:crypto";
import type { ByteSource } from "../bytes.ts";
import { FormatError } from "../errors.ts";
import {
  chunkBytes,
  nonceBytes,
  openChunk,
  payloadKey,
  plainBytes,
  sealedChunkBytes,
} from "../seal/payload.ts";
import type { FoundSegment } from "./segments.ts";

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
      const segment = this.#segments.find(
        ({ streamOffset, presentBytes }) => streamOffset <= at && at < streamOffset + presentBytes,
      );
      if (segment === undefined) break;
      const within = at - segment.streamOffset;
      const length = Math.min(offset + most - at, segment.presentBytes - within);
      parts.push(await this.#source.read(segment.offset + within, length));
      at += length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  nextPresent(offset: number): Promise<number | undefined> {
    const next = this.#segments.find(
      ({ streamOffset, presentBytes }) => offset < streamOffset + presentBytes && presentBytes > 0,
    );
    return Promise.resolve(next && Math.max(offset, next.streamOffset));
  }

  isPresent(offset: number, length: number): boolean {
    let at = offset;
    for (const { streamOffset, presentBytes } of this.#segments) {
      if (streamOffset <= at && at < streamOffset + presentBytes) at = streamOffset + presentBytes;
    }
    return at >= offset + length;
  }

  isProved(offset: number, length: number): boolean {
    return this.#segments
      .filter(({ streamOffset, bytes }) => streamOffset < offset + length && offset < streamOffset + bytes)
      .every(({ number }) => this.#proved.has(number));
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

export type SegmentState = "intact" | "damaged" | "cut" | "unnamed";

/** Reads a segment and says in what state it is; `unnamed` where its digest is lost with its header. */
export async function segmentState(source: ByteSource, segment: FoundSegment): Promise<SegmentState> {
  if (segment.presentBytes < segment.bytes) return "cut";
  if (segment.sha256 === undefined) return "unnamed";
  const content = await source.read(segment.offset, segment.bytes);
  return hash("sha256", content, "hex") === segment.sha256 ? "intact" : "damaged";
}
