import { closeSync, fstatSync, lstatSync, openSync, rmSync, writeSync, type BigIntStats } from "node:fs";
import { DiskError } from "./errors.ts";
import { identityOf, isSame } from "./identity.ts";
import { systemCode } from "./io-error.ts";
import { openFlags } from "./magic.ts";
import type { Reach } from "./path-guard.ts";
import { readFully, waitForTick, wasJustTouched } from "./read.ts";

/** The files that SQLite keeps beside a database while it is in use. */
export const sidecarSuffixes = ["-wal", "-shm", "-journal"] as const;
const copiedSuffixes = ["", "-wal", "-journal"] as const;
const attemptsMax = 4;
const pieceBytes = 1024 * 1024;

/** Which sidecars of a database (byte string) are there. */
export function sidecarsOf(source: string, guard: Reach): readonly string[] {
  return sidecarSuffixes.filter((suffix) => lstatIn(guard, source + suffix) !== undefined);
}

/** What lies there, links not followed; undefined where nothing does. */
export function lstatIn(guard: Reach, source: string): BigIntStats | undefined {
  return lstatSync(guard.reach(source), { bigint: true, throwIfNoEntry: false });
}

/**
 * Copies a database with its log as files, so that SQLite can recover the copy as after a power cut. Returns whether
 * all of them held still. Only for a database that cannot be opened where it lies. No handle of this process may be
 * open on it: closing a descriptor would drop that handle's locks. Throws DiskError `unsafe-link` where one of them is
 * a link or anything else but a file.
 */
export function copyFamily(source: string, copy: string, guard: Reach): boolean {
  for (let attempt = 1; ; attempt += 1) {
    const before = lookAtFamily(source, guard);
    const isThere = copiedSuffixes.every((suffix, index) =>
      before[index] === undefined
        ? removeFile(copy + suffix)
        : copyMember(guard.reach(source + suffix), copy + suffix, suffix),
    );
    const heldStill = isThere && isSameFamily(before, lookAtFamily(source, guard));
    if (heldStill || attempt === attemptsMax) return heldStill;
    waitForTick();
  }
}

type Family = readonly (BigIntStats | undefined)[];

function lookAtFamily(source: string, guard: Reach): Family {
  return copiedSuffixes.map((suffix) => {
    const stats = lstatIn(guard, source + suffix);
    if (stats !== undefined && !stats.isFile()) {
      throw new DiskError("unsafe-link", `its ${suffix || "own name"} is no file, but a link or special`);
    }
    return stats;
  });
}

function removeFile(file: string): true {
  rmSync(file, { force: true });
  return true;
}

/** False where a log has gone, as its owner removes it: the database itself is then another one than before. */
function copyMember(source: Buffer, copy: string, suffix: string): boolean {
  try {
    copyFile(source, copy);
    return true;
  } catch (error) {
    if (suffix === "" || systemCode(error) !== "ENOENT") throw error;
    return !removeFile(copy);
  }
}

/** Neither follows a link nor waits for a FIFO that took the file's place. */
function copyFile(source: Buffer, copy: string): void {
  const fds = [openSync(source, openFlags)];
  try {
    fds.push(openSync(copy, "w", 0o600));
    const [from, to] = fds as [number, number];
    if (!fstatSync(from).isFile()) throw new DiskError("unsafe-link", "it is no file any more");
    const piece = Buffer.allocUnsafeSlow(pieceBytes);
    for (let position = 0, bytes = pieceBytes; bytes === pieceBytes; position += bytes) {
      bytes = readFully(from, piece, position);
      for (let done = 0; done < bytes;) done += writeSync(to, piece, done, bytes - done);
    }
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}

function isSameFamily(before: Family, after: Family): boolean {
  return before.every((stats, index) => {
    const now = after[index];
    if (stats === undefined || now === undefined) return stats === now;
    return isSame(identityOf(stats), identityOf(now)) && !wasJustTouched(now, Date.now());
  });
}

/** Removes a copy of ours with whatever SQLite put beside it. */
export function removeCopy(copy: string): void {
  for (const suffix of ["", ...sidecarSuffixes]) rmSync(copy + suffix, { force: true });
}
