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
 * Gives back the memory of bytes that nobody uses any more. Left to the garbage collector, big buffers pile up: every
 * 64 MB of them start a collection of the whole heap, in each thread. Memory that others may share stays.
 */
export function release({ buffer, byteLength }: Uint8Array): void {
  // Node cuts small buffers out of a common one, none of them larger than half of it.
  if (buffer instanceof ArrayBuffer && byteLength * 2 > buffer.byteLength && !buffer.detached)
    buffer.transfer(0);
}
