import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  futimesSync,
  mkdirSync,
  openSync,
} from "node:fs";

import type { Nanoseconds } from "../format/entry.ts";
import type { Ownership } from "./staged-file.ts";
import { parentBytes } from "./staged-path.ts";
import { utimesArgument } from "./times.ts";

interface Wanted {
  readonly mode: number;
  /** Undefined leaves the time as it comes. */
  readonly mtime: Nanoseconds | undefined;
}

/** A directory nobody described: only its owner enters it. */
const undescribed: Wanted = { mode: 0o700, mtime: undefined };
/** A directory without these bits can no longer be walked by its owner. */
const walkable = 0o500;

/**
 * The directories being made. They are 0700 while entries come in, parents are made where their own entry has not come yet (sections
 * arrive one after the other), and what their entries say is applied at the end, deepest first.
 */
export class StagedDirectories {
  /** Keyed by path bytes as latin1. A parent always stands before what is in it. */
  readonly #wanted = new Map<string, Wanted>();
  readonly #ownership: Ownership | undefined;

  constructor(ownership: Ownership | undefined) {
    this.#ownership = ownership;
  }

  add(path: Buffer, floor: string, wanted: Wanted): void {
    this.#make(path, floor);
    this.#wanted.set(path.toString("latin1"), wanted);
  }

  /** Makes what is missing above `path`, down from `floor`, which exists. */
  makeParents(path: Buffer, floor: string): void {
    const parent = parentBytes(path);
    if (parent.length > Buffer.byteLength(floor)) this.#make(parent, floor);
  }

  #make(path: Buffer, floor: string): void {
    const key = path.toString("latin1");
    if (this.#wanted.has(key)) return;
    this.makeParents(path, floor);
    // EEXIST is a collision: a file or link of another entry, or a twin on a file system that folds names.
    mkdirSync(path, 0o700);
    this.#wanted.set(key, undescribed);
  }

  /** Applies owner, mode and time to those that stay walkable, so that the tree can be flushed … */
  applyToWalkable(): void {
    for (const [path, wanted] of this.#deepestFirst()) {
      if ((wanted.mode & walkable) === walkable) apply(path, wanted, this.#ownership);
    }
  }

  /** … and then to the rest, each flushed at once. */
  applyToClosed(): void {
    for (const [path, wanted] of this.#deepestFirst()) {
      if ((wanted.mode & walkable) !== walkable) apply(path, wanted, this.#ownership);
    }
  }

  #deepestFirst(): [string, Wanted][] {
    return [...this.#wanted].toReversed();
  }
}

function apply(path: string, { mode, mtime }: Wanted, ownership: Ownership | undefined): void {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const fd = openSync(Buffer.from(path, "latin1"), flags);
  try {
    if (ownership !== undefined) fchownSync(fd, ownership.uid, ownership.gid);
    fchmodSync(fd, mode & 0o777);
    if (mtime !== undefined) futimesSync(fd, utimesArgument(mtime), utimesArgument(mtime));
    if ((mode & walkable) !== walkable) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
