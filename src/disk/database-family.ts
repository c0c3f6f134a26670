import { closeSync, fstatSync, lstatSync, openSync, rmSync, writeSync, type BigIntStats } from "node:fs";
import { breathe } from "../system/breathe.ts";
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
const pieceBytesMin = 4096;

/** How a copy lets others have their turn. */
export interface Pace {
  /** Bytes between two turns of the event loop. */
  readonly stepBytes: number;
  /** Called after each turn, and ends the copy by throwing. */
  readonly onStep: () => void;
}

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
 * all of them held still. Only for a database that cannot be opened where it lies. Throws DiskError `unsafe-link` where
 * one of them is a link or anything else but a file, and what `pace` throws.
 */
export async function copyFamily(
  { source, copy, guard }: { readonly source: string; readonly copy: string; readonly guard: Reach },
  pace: Pace,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const before = lookAtFamily(source, guard);
    let isThere = true;
    for (const [index, suffix] of copiedSuffixes.entries()) {
      if (before[index] === undefined) rmSync(copy + suffix, { force: true });
      else isThere &&= await copyMember(guard.reach(source + suffix), copy + suffix, { suffix, pace });
    }
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

interface Member {
  readonly suffix: string;
  readonly pace: Pace;
}

/** False where a log has gone, as its owner removes it: the database itself is then another one than before. */
async function copyMember(source: Buffer, copy: string, { suffix, pace }: Member): Promise<boolean> {
  try {
    await copyFile(source, copy, pace);
    return true;
  } catch (error) {
    if (suffix === "" || systemCode(error) !== "ENOENT") throw error;
    rmSync(copy, { force: true });
    return false;
  }
}

/**
 * Copies a file's bytes; neither follows a link nor waits for a FIFO that took the file's place. No handle of this
 * process that is needed later may be open on a database of that name: closing a descriptor drops that handle's locks.
 */
export async function copyFile(source: Buffer, copy: string, { stepBytes, onStep }: Pace): Promise<void> {
  const fds = [openSync(source, openFlags)];
  try {
    fds.push(openSync(copy, "w", 0o600));
    const [from, to] = fds as [number, number];
    if (!fstatSync(from).isFile()) throw new DiskError("unsafe-link", "it is no file any more");
    const piece = Buffer.allocUnsafeSlow(Math.max(pieceBytesMin, Math.min(stepBytes, pieceBytes)));
    let turnAt = stepBytes;
    for (let position = 0, bytes = piece.length; bytes === piece.length; position += bytes) {
      if (position >= turnAt) {
        await breathe();
        onStep();
        turnAt = position + stepBytes;
      }
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
