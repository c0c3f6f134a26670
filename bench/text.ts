import { createCipheriv, createHash } from "node:crypto";

/** Numbers, words and bytes that are the same in every run of one seed. */
export interface Source {
  /** An integer of [0, below). */
  readonly integer: (below: number) => number;
  /** Words as they are spread in language (Zipf), about so many bytes of them. */
  readonly prose: (bytes: number) => string;
  /** Bytes that do not compress. */
  readonly noise: (bytes: number) => Buffer;
}

const vocabulary = 20_000;
const urn = 1 << 16;

export function seeded(seed: string): Source {
  const next = xorshift(createHash("sha256").update(seed).digest().readUInt32LE(0));
  const words = Array.from({ length: vocabulary }, () => word(next));
  // Drawing one of these evenly is drawing a word with a probability of 1 by its rank.
  const draws = Array.from({ length: urn }, () => words[Math.floor(vocabulary ** (next() / 2 ** 32)) - 1]!);
  const key = createHash("sha256").update(`noise ${seed}`).digest();
  const stream = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  return {
    integer: (below) => next() % below,
    prose: (bytes) => {
      let text = "";
      while (text.length < bytes) text += `${draws[next() % urn]!}${next() % 12 === 0 ? ".\\n" : " "}`;
      return text;
    },
    noise: (bytes) => stream.update(Buffer.alloc(bytes)),
  };
}

function word(next: () => number): string {
  const letters = "etaoinshrdlucmfwypvbgk";
  const length = 2 + (next() % 4) + (next() % 5);
  return Array.from(
    { length },
    () => letters[Math.min(next() % letters.length, next() % letters.length)],
  ).join("");
}

/** Marsaglia's xorshift32: unsigned 32-bit numbers, never 0. */
function xorshift(seed: number): () => number {
  let state = seed === 0 ? 1 : seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
