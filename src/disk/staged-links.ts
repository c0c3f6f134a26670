import {
  closeSync,
  constants,
  chmodSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  openSync,
  readSync,
  symlinkSync,
} from "node:fs";

import type { HardlinkLine, SymlinkLine } from "../format/entry.ts";
import { systemCode } from "./io-error.ts";
import { StagedFile, type FinalAttributes, type Ownership } from "./staged-file.ts";
import { utimesArgument } from "./times.ts";

/** A hard link to be made: where, and to which file of this run. */
export interface PendingHardlink {
  readonly line: HardlinkLine;
  readonly place: Buffer;
  readonly file: Buffer;
  readonly identity: FileIdentity;
}

export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Device and inode of a regular file, undefined where there is none (links are not followed). */
export function identifyFile(path: Buffer): FileIdentity | undefined {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat?.isFile() ? { dev: stat.dev, ino: stat.ino } : undefined;
}

/** Makes the link, or a copy where the two places cannot share an inode. False where the file is no longer that of this run. */
export function makeHardlink(pending: PendingHardlink, attributes: FinalAttributes): boolean {
  const { file, place, identity } = pending;
  if (!isSame(identifyFile(file), identity)) return false;
  try {
    linkSync(file, place);
  } catch (error) {
    // another file system, too many links, a file system without links
    if (!["EXDEV", "EMLINK", "EPERM", "ENOTSUP"].includes(systemCode(error) ?? "")) throw error;
    copy(file, place, attributes);
    return true;
  }
  // All names of an inode share one mode: the strictest wins.
  const { mode } = lstatSync(place);
  if ((mode & 0o777 & ~attributes.mode) !== 0) chmodSync(place, mode & attributes.mode & 0o777);
  return true;
}

function isSame(found: FileIdentity | undefined, wanted: FileIdentity): boolean {
  return found !== undefined && found.dev === wanted.dev && found.ino === wanted.ino;
}

function copy(from: Buffer, to: Buffer, attributes: FinalAttributes): void {
  const fd = openSync(from, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    using file = new StagedFile(to, "sparse");
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer)) {
      file.write(buffer.subarray(0, count));
    }
    file.finish(attributes);
  } finally {
    closeSync(fd);
  }
}

export function makeSymlink(line: SymlinkLine, place: Buffer, ownership: Ownership | undefined): void {
  symlinkSync(Buffer.from(line.target, "latin1"), place);
  if (ownership !== undefined) lchownSync(place, ownership.uid, ownership.gid);
  const time = utimesArgument(line.mtime);
  lutimesSync(place, time, time);
}
