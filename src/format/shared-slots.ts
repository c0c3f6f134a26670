/** Ints at the head: how many slots there are, how long each is, then for each whether it is taken. */
const countAt = 0;
const slotBytesAt = 1;
const takenAt = 2;

/**
 * Memory that is passed on between threads and used again and again: pieces of one size that are free or taken. What one
 * thread allocates and another frees would stay with the process as holes, a hundred megabytes of them.
 */
export class SharedSlots {
  readonly #head: Int32Array;
  readonly #buffer: SharedArrayBuffer;

  constructor(count: number, slotBytes: number) {
    this.#buffer = new SharedArrayBuffer(headBytes(count) + count * slotBytes);
    this.#head = new Int32Array(this.#buffer, 0, takenAt + count);
    this.#head[countAt] = count;
    this.#head[slotBytesAt] = slotBytes;
  }

  /** A copy of `bytes` in a slot of its own; undefined where none is free, or they do not fit. */
  place(bytes: Uint8Array): Uint8Array | undefined {
    const slotBytes = this.#head[slotBytesAt]!;
    if (bytes.byteLength > slotBytes) return undefined;
    for (let slot = 0; slot < this.#head[countAt]!; slot++) {
      if (Atomics.compareExchange(this.#head, takenAt + slot, 0, 1) === 1) continue;
      const offset = headBytes(this.#head[countAt]!) + slot * slotBytes;
      const placed = new Uint8Array(this.#buffer, offset, bytes.byteLength);
      placed.set(bytes);
      return placed;
    }
    return undefined;
  }
}

/** Makes the slot that these bytes lie in free again, from whatever thread. */
export function freeSlot(buffer: SharedArrayBuffer, byteOffset: number): void {
  const [count, slotBytes] = new Int32Array(buffer, 0, takenAt);
  const slot = Math.floor((byteOffset - headBytes(count!)) / slotBytes!);
  Atomics.store(new Int32Array(buffer, 0, takenAt + count!), takenAt + slot, 0);
}

function headBytes(count: number): number {
  return (takenAt + count) * Int32Array.BYTES_PER_ELEMENT;
}
