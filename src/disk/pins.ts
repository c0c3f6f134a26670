import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from "node:fs";
import { basename, dirname } from "node:path";

import { DiskError } from "./errors.ts";
import { diskError } from "./io-error.ts";

/** A directory held open: `base` names this very directory, whatever becomes of its path meanwhile. */
export interface Pin {
  readonly path: string;
  readonly fd: number;
  /** Prefix for calls on what lies in the directory. */
  readonly base: string;
}

/**
 * Directories that a restore works in, each opened once and then named through its descriptor. Node has no `openat`,
 * but on Linux `/proc/self/fd/N/name` resolves from the open directory itself: a user who swaps a directory on the
 * way for a link moves nothing that is written (threats A5). Elsewhere the plain path is used.
 */
export class Pins implements Disposable {
  readonly #pins = new Map<string, Pin>();

  /** Opens a directory by its real path. Throws `unsafe-ancestor` where another directory is found there. */
  pin(path: string): Pin {
    const known = this.#pins.get(path);
    if (known !== undefined) return known;
    const pin = openPin(path);
    this.#pins.set(path, pin);
    return pin;
  }

  /** A path for system calls: the entry `path` (real, absolute) by way of its pinned parent. */
  at(path: string): string {
    return `${this.pin(dirname(path)).base}/${basename(path)}`;
  }

  /** Makes the entries of every pinned directory durable: renames, new directories. */
  sync(): void {
    for (const { fd } of this.#pins.values()) fsyncSync(fd);
  }

  [Symbol.dispose](): void {
    for (const { fd } of this.#pins.values()) closeSync(fd);
    this.#pins.clear();
  }
}

function openPin(path: string): Pin {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    throw diskError(error, `opening ${path}`);
  }
  try {
    return { path, fd, base: baseOf(path, fd) };
  } catch (error) {
    closeSync(fd);
    throw diskError(error, `opening ${path}`);
  }
}

function baseOf(path: string, fd: number): string {
  const magic = `/proc/self/fd/${fd}`;
  const open = fstatSync(fd);
  const seen = statSync(magic, { throwIfNoEntry: false });
  const throughProc = seen !== undefined && seen.ino === open.ino && seen.dev === open.dev;
  const real = throughProc ? readlinkSync(magic) : realpathSync(path);
  const there = lstatSync(path);
  if (real !== path || there.ino !== open.ino || there.dev !== open.dev) {
    throw new DiskError("unsafe-ancestor", `${path} was exchanged while it was being used`, {
      hint: "see who else can write to the directories above it, then try again",
    });
  }
  return throughProc ? magic : path;
}
