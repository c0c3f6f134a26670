import { createCipheriv, createHash } from "node:crypto";

/** Numbers, words and bytes that are the same in every run of one seed. */
export interface Source {
  /** An integer of [0, below). */
  readonly integer: (below: number) => number;
  /** A number of the normal distribution, mean 0 and deviation 1. */
  readonly normal: () => number;
  /** Fills `into` with words as they are spread in language (Zipf), the last one cut. `lineEnd` follows a sentence. */
  readonly prose: (into: Buffer, lineEnd: string) => void;
  /** Fills `into` with bytes that do not compress. */
  readonly noise: (into: Buffer) => void;
  /** So many digits of hexadecimal noise. */
  readonly hex: (digits: number) => string;
}

const vocabulary = 20_000;
const urn = 1 << 16;
const longest = 12;

export function seeded(seed: string): Source {
  const next = xorshift(createHash("sha256").update(seed).digest().readUInt32LE(0));
  const key = createHash("sha256").update(`noise ${seed}`).digest();
  const stream = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  const pool = Buffer.alloc(1 << 20);
  let used = pool.length;
  const noise = (into: Buffer) => {
    for (let at = 0; at < into.length;) {
      if (used === pool.length) {
        stream.update(new Uint8Array(pool.length)).copy(pool);
        used = 0;
      }
      const taken = pool.copy(into, at, used);
      used += taken;
      at += taken;
    }
  };
  return {
    integer: (below) => next() % below,
    normal: () => Math.sqrt(-2 * Math.log(next() / 2 ** 32)) * Math.cos(2 * Math.PI * (next() / 2 ** 32)),
    prose: (into, lineEnd) => prose(into, Buffer.from(`.${lineEnd}`), next),
    noise,
    hex: (digits) => {
      const bytes = Buffer.alloc(Math.ceil(digits / 2));
      noise(bytes);
      return bytes.toString("hex").slice(0, digits);
    },
  };
}

let drawn: { readonly letters: Uint8Array; readonly lengths: Uint8Array } | undefined;

/** Words behind one another, each in a slot of the longest's length: drawing a slot evenly draws words by their rank. */
function words(): { readonly letters: Uint8Array; readonly lengths: Uint8Array } {
  if (drawn) return drawn;
  const next = xorshift(20_261_122);
  const all = Array.from({ length: vocabulary }, () => word(next));
  const letters = Buffer.alloc(urn * longest);
  const lengths = new Uint8Array(urn);
  for (let slot = 0; slot < urn; slot++) {
    const one = all[Math.floor(vocabulary ** (next() / 2 ** 32)) - 1]!;
    lengths[slot] = letters.write(one, slot * longest, "latin1");
  }
  drawn = { letters, lengths };
  return drawn;
}

function word(next: () => number): string {
  const letters = "etaoinshrdlucmfwypvbgk";
  const length = 2 + (next() % 4) + (next() % 5);
  return Array.from(
    { length },
    () => letters[Math.min(next() % letters.length, next() % letters.length)],
  ).join("");
}

/** Byte by byte, which V8 makes faster than any call for so few. */
function prose(into: Buffer, sentenceEnd: Buffer, next: () => number): void {
  const { letters, lengths } = words();
  for (let at = 0; at < into.length;) {
    const drawn = next();
    const slot = drawn & (urn - 1);
    const length = lengths[slot]!;
    for (let n = 0, from = slot * longest; n < length; n++) into[at++] = letters[from++]!;
    if ((drawn >>> 16) % 12 === 0) for (const byte of sentenceEnd) into[at++] = byte;
    else into[at++] = 0x20;
  }
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
