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
