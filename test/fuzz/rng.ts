import { createHash } from "node:crypto";

/** Random numbers that follow from a seed alone (sfc32), so that every case can be made again. */
export class Rng {
  readonly #state: Uint32Array;

  constructor(seed: string) {
    const digest = createHash("sha256").update(seed).digest();
    this.#state = Uint32Array.from([0, 4, 8, 12], (at) => digest.readUInt32LE(at));
  }

  /** 32 random bits. */
  next(): number {
    const [a, b, c, count] = this.#state as unknown as [number, number, number, number];
    const sum = (a + b + count) >>> 0;
    this.#state.set([b ^ (b >>> 9), (c + (c << 3)) >>> 0, ((c << 21) | (c >>> 11)) + sum, count + 1]);
    return sum;
  }

  /** From 0 up to, without `below`. */
  int(below: number): number {
    return below <= 0 ? 0 : Math.floor((this.next() / 2 ** 32) * below);
  }

  between(from: number, to: number): number {
    return from + this.int(to - from + 1);
  }

  /** True once in so many times. */
  once(inTimes: number): boolean {
    return this.int(inTimes) === 0;
  }

  pick<T>(all: readonly T[]): T {
    return all[this.int(all.length)]!;
  }

  /** One of those given with how often each is to come. */
  weighted<T>(all: readonly (readonly [weight: number, one: T])[]): T {
    let at = this.int(all.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, one] of all) {
      if (at < weight) return one;
      at -= weight;
    }
    return all[0]![1];
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.int(256)));
  }

  /** Small lengths far more often than large ones. */
  length(most: number): number {
    return this.int(Math.min(most, 2 ** this.between(0, 16)) + 1);
  }
}
