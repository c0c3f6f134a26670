import type { KeyObject } from "node:crypto";
import { release } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { limits } from "./limits.ts";
import {
  chunkBytes,
  nonceBytes,
  openChunk,
  payloadKey,
  plainBytes,
  sealedChunkBytes,
} from "./seal/payload.ts";
import type { RandomStream } from "./stored-stream.ts";

/** Where in a payload the chunk begins that holds the plain byte at `offset`. */
export function storedChunkStart(offset: number): number {
  return nonceBytes + Math.floor(offset / chunkBytes) * sealedChunkBytes;
}

/** The decrypted bytes of an age payload, by random access. Its last chunk is proved when it is opened. */
export class UnsealedStream implements RandomStream {
  readonly sizeBytes: number;
  readonly #stored: RandomStream;
  readonly #key: KeyObject;
  readonly #lastChunk: number;
  #held: { index: number; plain: Buffer } | undefined;
  #joined = Buffer.alloc(0);

  private constructor(stored: RandomStream, key: KeyObject, sizeBytes: number) {
    this.#stored = stored;
    this.#key = key;
    this.sizeBytes = sizeBytes;
    this.#lastChunk = Math.max(0, Math.ceil(sizeBytes / chunkBytes) - 1);
  }

  /** Opens the payload that `stored` is from first to last. age.md asks for the final chunk to be proved first. */
  static async open(stored: RandomStream, fileKey: Uint8Array): Promise<UnsealedStream> {
    const sizeBytes = plainBytes(stored.sizeBytes);
    if (sizeBytes === 0) throw new FormatError("bad-chunk", "the sealed section holds nothing");
    const nonce = await stored.read(0, nonceBytes);
    const stream = new UnsealedStream(stored, payloadKey(fileKey, nonce), sizeBytes);
    await stream.#chunk(stream.#lastChunk);
    return stream;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    if (offset + length > this.sizeBytes)
      throw new FormatError("bad-frame", "the sealed section ends too early");
    if (length === 0) return Buffer.alloc(0);
    const first = Math.floor(offset / chunkBytes);
    const last = Math.floor((offset + length - 1) / chunkBytes);
    const start = offset - first * chunkBytes;
    if (first === last) return (await this.#chunk(first)).subarray(start, start + length);
    const joined = this.#room(length);
    for (let index = first, at = 0; index <= last; index++) {
      const plain = await this.#chunk(index);
      at += plain.copy(
        joined,
        at,
        index === first ? start : 0,
        Math.min(plain.length, offset + length - index * chunkBytes),
      );
    }
    return joined;
  }

  /** The same memory again and again, but for what is larger than any frame. */
  #room(length: number): Buffer {
    if (length > limits.frameStoredBytes) return Buffer.allocUnsafe(length);
    if (this.#joined.length < length)
      this.#joined = Buffer.allocUnsafeSlow(Math.min(2 * length, limits.frameStoredBytes));
    return this.#joined.subarray(0, length);
  }

  /** Frames do not end at chunk borders, so that the chunk read last is wanted again. */
  async #chunk(index: number): Promise<Buffer> {
    if (this.#held?.index === index) return this.#held.plain;
    const offset = storedChunkStart(index * chunkBytes);
    const length = Math.min(sealedChunkBytes, this.#stored.sizeBytes - offset);
    if (this.#held !== undefined) release(this.#held.plain);
    this.#held = undefined;
    const sealed = await this.#stored.read(offset, length);
    const plain = openChunk(this.#key, index, index === this.#lastChunk, sealed);
    this.#held = { index, plain };
    return plain;
  }
}
