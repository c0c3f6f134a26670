import { copyFileSync, existsSync, lstatSync, rmSync, type BigIntStats } from "node:fs";
import { identityOf, isSame } from "./stat.ts";
import { waitForTick, wasJustTouched } from "./read.ts";

/** The files that SQLite keeps beside a database while it is in use. */
const sidecarSuffixes = ["-wal", "-shm", "-journal"] as const;
const copiedSuffixes = ["", "-wal", "-journal"] as const;
const attemptsMax = 4;

/** Which sidecars of a database (byte string) are there. */
export function sidecarsOf(source: string): readonly string[] {
  return sidecarSuffixes.filter((suffix) => existsSync(Buffer.from(source + suffix, "latin1")));
}

/**
 * Copies a database with its log as files, so that SQLite can recover the copy as after a power cut. Returns whether
 * all of them held still. Only for a database that cannot be opened where it lies. No handle of this process may be
 * open on it: closing a descriptor would drop that handle's locks.
 */
export function copyFamily(source: string, copy: string): boolean {
  for (let attempt = 1; ; attempt += 1) {
    const before = lookAtFamily(source);
    for (const [index, suffix] of copiedSuffixes.entries()) {
      if (before[index] === undefined) rmSync(copy + suffix, { force: true });
      else copyFileSync(Buffer.from(source + suffix, "latin1"), copy + suffix);
    }
    const heldStill = isSameFamily(before, lookAtFamily(source));
    if (heldStill || attempt === attemptsMax) return heldStill;
    waitForTick();
  }
}

type Family = readonly (BigIntStats | undefined)[];

function lookAtFamily(source: string): Family {
  return copiedSuffixes.map((suffix) =>
    lstatSync(Buffer.from(source + suffix, "latin1"), { bigint: true, throwIfNoEntry: false }),
  );
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
