import { bytesBelowRoot, rootIdOf, type EntryPath } from "../format/entry-path.ts";

/** Where the entries of one root are written. */
export interface StagedRoot {
  /** The place of the root itself, for system calls. */
  readonly base: string;
  /** The existing directory above it that parents are made in: nothing is ever made outside. */
  readonly floor: string;
  /** Its final place, text; symbolic links are judged by it. */
  readonly target: string;
}

const slash = Buffer.from("/");

export function joinBytes(directory: Uint8Array, name: Uint8Array): Buffer {
  return Buffer.concat([directory, slash, name]);
}

/** The parent of a path given as bytes. */
export function parentBytes(path: Buffer): Buffer {
  return path.subarray(0, path.lastIndexOf(0x2f));
}

/** The place of an entry for system calls: bytes, because names are. */
export function placeOf(path: EntryPath, root: StagedRoot): Buffer {
  const base = Buffer.from(root.base);
  return path === rootIdOf(path) ? base : joinBytes(base, bytesBelowRoot(path));
}
