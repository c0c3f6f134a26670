import type { BigIntStats } from "node:fs";

declare const identityBrand: unique symbol;

/**
 * What tells that a file is still the one that was planned: device, inode, size, times and mode, as a byte string. One
 * string and no object of numbers: a plan holds one for each entry, and posts them to workers.
 */
export type Identity = string & { readonly [identityBrand]: true };

const words = new BigInt64Array(6);
const bytes = Buffer.from(words.buffer);
/** Device and inode stand first. */
const inodeBytes = 16;

export function identityOf(stats: BigIntStats): Identity {
  words[0] = stats.dev;
  words[1] = stats.ino;
  words[2] = stats.size;
  words[3] = stats.mtimeNs;
  words[4] = stats.ctimeNs;
  words[5] = stats.mode;
  return bytes.toString("latin1") as Identity;
}

/** The same file in the same state: content, mode and owner cannot have changed without ctime (up to its grain). */
export function isSame(a: Identity, b: Identity): boolean {
  return a === b;
}

/** The same file, in whatever state. */
export function isSameInode(a: Identity, b: Identity): boolean {
  return a.startsWith(b.slice(0, inodeBytes));
}

export interface Inode {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** As the system gives them. */
export function inodeOf(identity: Identity): Inode {
  bytes.write(identity, "latin1");
  return { dev: words[0]!, ino: words[1]! };
}

export function sizeBytesOf(identity: Identity): number {
  bytes.write(identity, "latin1");
  return Number(words[2]!);
}

/** Type and permission bits as the system gives them. */
export function modeOf(identity: Identity): number {
  bytes.write(identity, "latin1");
  return Number(words[5]!);
}
