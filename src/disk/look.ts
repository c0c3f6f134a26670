import { createHash } from "node:crypto";
import { closeSync, fstatSync, lstatSync, openSync, readlinkSync, readSync } from "node:fs";
import { breathe } from "../system/breathe.ts";
import { openFlags } from "./magic.ts";
import type { Reach } from "./path-guard.ts";
import { absenceOf } from "./stat.ts";

/** Gone, or not ours to read, and what the system says to it. */
export type Absence = { readonly vanished: string } | { readonly unreadable: string };

const buffer = Buffer.allocUnsafeSlow(1024 * 1024);

/** Between two looks at the signal: a disk reads this in a moment. */
const readsPerStep = 64;

/**
 * SHA-256 (hex) of a file as it lies there now, by its path as a byte string. No link is followed. For comparing: that
 * it held still is not made sure. No handle of this process may be open on a database of that path. Throws the
 * signal's reason.
 */
export async function digestOfFile(
  source: string,
  guard: Reach,
  signal: AbortSignal,
): Promise<{ readonly sha256: string } | Absence> {
  let fd: number | undefined;
  try {
    fd = openSync(guard.reach(source), openFlags);
    if (!fstatSync(fd).isFile()) return { vanished: "it is no longer a file" };
    const digest = createHash("sha256");
    let reads = 0;
    for (let bytes = readSync(fd, buffer); bytes > 0; bytes = readSync(fd, buffer)) {
      digest.update(buffer.subarray(0, bytes));
      reads += 1;
      if (reads % readsPerStep === 0) await breathe(signal);
      signal.throwIfAborted();
    }
    return { sha256: digest.digest("hex") };
  } catch (error) {
    signal.throwIfAborted();
    return absenceOf(error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** A symbolic link's target as a byte string. */
export function targetOfLink(source: string, guard: Reach): { readonly target: string } | Absence {
  try {
    return { target: readlinkSync(guard.reach(source), "latin1") };
  } catch (error) {
    return absenceOf(error);
  }
}

export interface Owners {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined where it is gone or cannot be looked at. */
export function ownersOf(source: string, guard: Reach): Owners | undefined {
  try {
    const { uid, gid } = lstatSync(guard.reach(source));
    return { uid, gid };
  } catch {
    return undefined;
  }
}
