import { lstatSync, openSync, closeSync, unlinkSync, constants } from "node:fs";

import { textOf, type EntryPath } from "../format/entry-path.ts";
import { diskError } from "./io-error.ts";

/** What a file system takes for one name. Both false: names are bytes, nothing collides but what is equal. */
export interface NameFolding {
  readonly foldsCase: boolean;
  readonly foldsUnicode: boolean;
}

/**
 * Two paths with the same key may be one file on a file system that folds names (APFS, HFS+, NTFS, exFAT, casefolded
 * ext4). Made coarse on purpose: compatibility decomposition, then upper and lower case, which joins more names than
 * any one of these systems does. Bytes that are no UTF-8 fold as ASCII only.
 */
export function collisionKey(path: EntryPath): string {
  const text = textOf(path);
  if (text === undefined) return `\0${path.replaceAll(/[A-Z]/g, (char) => char.toLowerCase())}`;
  return text.normalize("NFKD").toUpperCase().toLowerCase().normalize("NFKD");
}

/** Told every path once, in any order; tells which earlier one it would fall together with. */
export class CollisionFinder {
  readonly #seen = new Map<string, EntryPath>();

  add(path: EntryPath): EntryPath | undefined {
    const key = collisionKey(path);
    const earlier = this.#seen.get(key);
    if (earlier === undefined) this.#seen.set(key, path);
    return earlier === path ? undefined : earlier;
  }
}

/** Asks the file system of `directory` (a prefix for system calls; writable, ours alone) by making a file and looking for its twins. */
export function probeNames(directory: string): NameFolding {
  const name = `${directory}/.ocbak-probe-\u00e9`;
  try {
    closeSync(openSync(name, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  } catch (error) {
    throw diskError(error, "finding out which names the file system tells apart");
  }
  try {
    return {
      foldsCase: isThere(`${directory}/.OCBAK-PROBE-\u00e9`),
      foldsUnicode: isThere(`${directory}/.ocbak-probe-e\u0301`),
    };
  } finally {
    unlinkSync(name);
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
