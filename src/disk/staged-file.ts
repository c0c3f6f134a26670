import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  openSync,
  writeSync,
} from "node:fs";

import type { Nanoseconds } from "../format/entry.ts";
import { utimesArgument } from "./times.ts";

/** Whose a created thing shall be; undefined leaves it to the process that makes it. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
}

export interface FinalAttributes {
  readonly mode: number;
  readonly mtime: Nanoseconds;
  readonly ownership: Ownership | undefined;
}

const createNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const holeBytes = 64 * 1024;
const zeros = Buffer.alloc(holeBytes);

/** A file being made: new, never through a link, readable by nobody else until it is finished. */
export class StagedFile implements Disposable {
  readonly #fd: number;
  readonly #content: "dense" | "sparse";
  #position = 0;
  #written = 0;
  #open = true;

  constructor(path: Buffer, content: "dense" | "sparse") {
    this.#fd = openSync(path, createNew, 0o600);
    this.#content = content;
  }

  write(bytes: Uint8Array): void {
    if (this.#content === "dense") this.#put(bytes);
    else this.#putAroundHoles(bytes);
  }

  /** Skips what is zero in each 64 KiB of the file: unwritten parts read as zeros. */
  #putAroundHoles(bytes: Uint8Array): void {
    let offset = 0;
    while (offset < bytes.length) {
      const length = Math.min(holeBytes - (this.#position % holeBytes), bytes.length - offset);
      const piece = bytes.subarray(offset, offset + length);
      if (zeros.compare(piece, 0, length, 0, length) === 0) this.#position += length;
      else this.#put(piece);
      offset += length;
    }
  }

  #put(bytes: Uint8Array): void {
    let offset = 0;
    while (offset < bytes.length) {
      offset += writeSync(this.#fd, bytes, offset, bytes.length - offset, this.#position + offset);
    }
    this.#position += bytes.length;
    this.#written = this.#position;
  }

  /** Sets length, owner, mode and time, by descriptor and in this order, and closes. */
  finish({ mode, mtime, ownership }: FinalAttributes): void {
    if (this.#written < this.#position) ftruncateSync(this.#fd, this.#position);
    if (ownership !== undefined) fchownSync(this.#fd, ownership.uid, ownership.gid);
    fchmodSync(this.#fd, mode & 0o777);
    const time = utimesArgument(mtime);
    futimesSync(this.#fd, time, time);
    // A file that its owner may not read could not be opened again to be flushed.
    if ((mode & 0o400) === 0) fsyncSync(this.#fd);
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
  }
}
