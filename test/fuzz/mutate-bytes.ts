import type { Rng } from "./rng.ts";

type Change = (bytes: Buffer, rng: Rng) => Buffer;

const fills = [0x00, 0xff, 0x20, 0x30, 0x78];
const words = [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x0080_0000, 0x0100_0000];

/** A place inside, near a border of 512 bytes as often as anywhere. */
export function placeIn(bytes: Buffer, rng: Rng): number {
  const at = rng.int(bytes.length + 1);
  if (!rng.once(2)) return at;
  const near = Math.round(at / 512) * 512 + rng.between(-2, 2);
  return Math.max(0, Math.min(bytes.length, near));
}

function withFlips(bytes: Buffer, rng: Rng): Buffer {
  const copy = Buffer.from(bytes);
  for (let flips = rng.between(1, 4); flips > 0 && copy.length > 0; flips--)
    copy[rng.int(copy.length)]! ^= rng.once(2) ? 1 << rng.int(8) : rng.between(1, 255);
  return copy;
}

function withFill(bytes: Buffer, rng: Rng): Buffer {
  const copy = Buffer.from(bytes);
  const from = placeIn(bytes, rng);
  return copy.fill(rng.pick(fills), from, Math.min(copy.length, from + rng.length(70_000)));
}

function withWord(bytes: Buffer, rng: Rng): Buffer {
  if (bytes.length < 4) return withFlips(bytes, rng);
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(rng.pick(words), rng.int(bytes.length - 3));
  return copy;
}

function withDigit(bytes: Buffer, rng: Rng): Buffer {
  const copy = Buffer.from(bytes);
  const from = placeIn(bytes, rng);
  const at = copy.subarray(from).findIndex((byte) => byte >= 0x30 && byte <= 0x39);
  if (at !== -1) copy[from + at] = rng.pick([0x2d, 0x20, 0x30, 0x31, 0x37, 0x38, 0x39, 0x00]);
  return copy;
}

function without(bytes: Buffer, rng: Rng): Buffer {
  const from = placeIn(bytes, rng);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + rng.length(bytes.length))]);
}

function withMore(bytes: Buffer, rng: Rng): Buffer {
  const at = placeIn(bytes, rng);
  const more = rng.once(2) ? rng.bytes(rng.length(2048)) : Buffer.alloc(rng.length(2048), rng.pick(fills));
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

function withTwice(bytes: Buffer, rng: Rng): Buffer {
  const from = placeIn(bytes, rng);
  const to = Math.min(bytes.length, from + rng.length(70_000));
  const at = placeIn(bytes, rng);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, to), bytes.subarray(at)]);
}

function withSwap(bytes: Buffer, rng: Rng): Buffer {
  const [a, b, c] = [placeIn(bytes, rng), placeIn(bytes, rng), placeIn(bytes, rng)].sort((x, y) => x - y);
  return Buffer.concat([bytes.subarray(0, a), bytes.subarray(b, c), bytes.subarray(a, b), bytes.subarray(c)]);
}

const changes: readonly (readonly [number, Change])[] = [
  [6, withFlips],
  [2, withFill],
  [2, withWord],
  [2, withDigit],
  [2, without],
  [2, withMore],
  [1, withTwice],
  [1, withSwap],
  [2, (bytes, rng) => bytes.subarray(0, placeIn(bytes, rng))],
];

/** The same bytes, but for one change of any kind. */
export function mutateBytes(bytes: Buffer, rng: Rng): Buffer {
  return rng.weighted(changes)(bytes, rng);
}
