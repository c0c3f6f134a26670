import { freeSlot } from "./shared-slots.ts";

/** Random access to the bytes of an archive, wherever it lies. Implemented by the stores. */
export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * The `length` bytes at `offset`. Callers stay within `sizeBytes`; a source that has become shorter meanwhile
   * throws. The returned bytes belong to the caller.
   */
  read(offset: number, length: number): Promise<Buffer>;
}

export type ByteStream = AsyncIterable<Uint8Array>;

/**
 * Gives back the memory of bytes that nobody uses any more: a slot of {@link SharedSlots}, or a buffer that is theirs
 * alone. Left to the garbage collector, big buffers pile up: every 64 MB of them start a collection of the whole heap, in
 * each thread. Memory that others may share stays.
 */
export function release({ buffer, byteOffset, byteLength }: Uint8Array): void {
  if (buffer instanceof SharedArrayBuffer) return freeSlot(buffer, byteOffset);
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) return;
  // Node cuts small buffers out of a common one (a little longer than it says), none of them larger than half of it.
  const isAlone = buffer.byteLength > 2 * Buffer.poolSize || byteLength * 2 > buffer.byteLength;
  if (!isAlone) return;
  try {
    buffer.transfer(0);
  } catch (error) {
    // Node 26 holds on to some of its own: they are left to the garbage collector.
    if (!(error instanceof TypeError)) throw error;
  }
}
