import { type KeyObject, createSecretKey } from "node:crypto";
import { FormatError } from "../errors.ts";
import { decrypt, deriveKey, encrypt, tagBytes } from "./aead.ts";

export { tagBytes } from "./aead.ts";
/** Plain bytes of a full chunk. */
export const chunkBytes = 65_536;
/** Bytes of a full chunk as it stands in the payload. */
export const sealedChunkBytes = chunkBytes + tagBytes;
/** Bytes of the nonce that a payload begins with. */
export const nonceBytes = 16;

/**
 * The key of an age payload (age.md § Payload): from the header's file key and the nonce the payload begins with. Made
 * once into an object of its own: from bytes, every chunk would pay for that again, half as much as for its cipher.
 */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): KeyObject {
  if (nonce.length !== nonceBytes) throw new RangeError(`a payload nonce has ${nonceBytes} bytes`);
  return createSecretKey(deriveKey(fileKey, nonce, "payload"));
}

/** The one buffer for all nonces: a cipher takes its own copy before anyone asks for the next. */
const nonceOfChunk = Buffer.alloc(12);

/** 11 bytes of counter, big-endian, and the flag of the last chunk. Overwritten by the next call. */
function chunkNonce(index: number, last: boolean): Buffer {
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError(`there is no chunk ${index}`);
  nonceOfChunk.writeUInt32BE(Math.floor(index / 2 ** 32), 3);
  nonceOfChunk.writeUInt32BE(index >>> 0, 7);
  nonceOfChunk[11] = last ? 1 : 0;
  return nonceOfChunk;
}

/**
 * Seals a stream into an age payload: the nonce, full chunks as they fill, the last one at `final`. Holds at most
 * one chunk. What it returns belongs to the caller; what it is given may be reused after the call.
 *
 * A nonce must be fresh for every payload: two payloads under one file key and nonce undo the encryption of both.
 */
export class PayloadSealer {
  readonly #key: KeyObject;
  readonly #held = Buffer.allocUnsafeSlow(chunkBytes);
  #heldBytes = 0;
  #index = 0;
  #nonce: Buffer | undefined;
  #ended = false;

  constructor(fileKey: Uint8Array, nonce: Uint8Array) {
    this.#key = payloadKey(fileKey, nonce);
    this.#nonce = Buffer.from(nonce);
  }

  update(plain: Uint8Array): Buffer[] {
    const out = this.#begin();
    let rest = plain;
    while (rest.length > 0) {
      // A full chunk waits for the byte that proves it is not the last.
      if (this.#heldBytes === chunkBytes) this.#sealHeld(false, out);
      rest =
        this.#heldBytes === 0 && rest.length > chunkBytes ? this.#sealDirectly(rest, out) : this.#hold(rest);
    }
    return out;
  }

  final(): Buffer[] {
    const out = this.#begin();
    this.#sealHeld(true, out);
    this.#ended = true;
    return out;
  }

  #begin(): Buffer[] {
    if (this.#ended) throw new TypeError("the payload has ended");
    const out = this.#nonce === undefined ? [] : [this.#nonce];
    this.#nonce = undefined;
    return out;
  }

  #sealDirectly(plain: Uint8Array, out: Buffer[]): Uint8Array {
    this.#seal(plain.subarray(0, chunkBytes), false, out);
    return plain.subarray(chunkBytes);
  }

  #hold(plain: Uint8Array): Uint8Array {
    const taken = plain.subarray(0, chunkBytes - this.#heldBytes);
    this.#held.set(taken, this.#heldBytes);
    this.#heldBytes += taken.length;
    return plain.subarray(taken.length);
  }

  #sealHeld(last: boolean, out: Buffer[]): void {
    this.#seal(this.#held.subarray(0, this.#heldBytes), last, out);
    this.#heldBytes = 0;
  }

  #seal(plain: Uint8Array, last: boolean, out: Buffer[]): void {
    out.push(...encrypt(this.#key, chunkNonce(this.#index, last), plain));
    this.#index += 1;
  }
}

/**
 * The plain bytes of chunk `index` (from 0); `sealed` is all of it. Throws `bad-chunk` where the tag does not fit, a
 * chunk before the last is not full, or the last one is empty though not the only one.
 */
export function openChunk(key: KeyObject, index: number, last: boolean, sealed: Uint8Array): Buffer {
  const rightLength = last
    ? sealed.length <= sealedChunkBytes && sealed.length >= tagBytes + (index === 0 ? 0 : 1)
    : sealed.length === sealedChunkBytes;
  if (!rightLength) throw badChunk(index, `has an impossible length of ${sealed.length} bytes`);
  const plain = decrypt(key, chunkNonce(index, last), sealed);
  if (plain === undefined) throw badChunk(index, `does not decrypt${last ? " as the last one" : ""}`);
  return plain;
}

function badChunk(index: number, what: string): FormatError {
  return new FormatError("bad-chunk", `age chunk ${index} ${what}`);
}

/** All of a small payload, nonce first. Throws as {@link openChunk} and {@link plainBytes}. */
export function openPayload(fileKey: Uint8Array, payload: Uint8Array): Buffer {
  const count = chunkCount(plainBytes(payload.length));
  const key = payloadKey(fileKey, payload.subarray(0, nonceBytes));
  const chunks = [];
  for (let index = 0; index < count; index += 1) {
    const start = nonceBytes + index * sealedChunkBytes;
    chunks.push(
      openChunk(key, index, index === count - 1, payload.subarray(start, start + sealedChunkBytes)),
    );
  }
  return Buffer.concat(chunks);
}

/** Chunks of a payload of so many plain bytes: at least one. */
export function chunkCount(plainBytes: number): number {
  return Math.max(1, Math.ceil(plainBytes / chunkBytes));
}

/** Bytes of the payload of so many plain bytes, nonce included. */
export function sealedBytes(plainBytes: number): number {
  return nonceBytes + plainBytes + chunkCount(plainBytes) * tagBytes;
}

/**
 * Plain bytes of a payload of so many bytes, nonce included. Throws `bad-chunk` for a length that no payload has.
 */
export function plainBytes(payloadBytes: number): number {
  const chunks = payloadBytes - nonceBytes;
  if (chunks < tagBytes) throw badChunk(0, "is cut or not there");
  const count = Math.ceil(chunks / sealedChunkBytes);
  const lastChunk = chunks - (count - 1) * sealedChunkBytes;
  if (count > 1 && lastChunk <= tagBytes)
    throw badChunk(count - 1, `has an impossible length of ${lastChunk} bytes`);
  return chunks - count * tagBytes;
}
