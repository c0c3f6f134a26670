import { hash } from "node:crypto";
import { closeSync, fstatSync, lstatSync, openSync, readSync, readlinkSync, type BigIntStats } from "node:fs";
import { identityOf, isSame } from "./identity.ts";
import { openFlags } from "./magic.ts";
import { factsOf, refusedOutcome, type ReadOutcome } from "./outcome.ts";
import type { Reach } from "./path-guard.ts";
import type { PlannedEntry } from "./planned.ts";
import { kindOf } from "./stat.ts";

const attemptsMax = 4;
/**
 * File times move in steps of the kernel's tick (up to 10 ms): a second write within one step leaves no trace. A
 * file touched this shortly before is read again after the step has passed.
 */
const tickMs = 20;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Reads a whole file into `into`, as it is now, and makes sure that it held still: fstat, read what it promised,
 * fstat again, up to four times. A file that grew in every attempt, each beginning with all that the one before had
 * read, is append-only: `ok`, with the bytes that a second reading confirmed.
 */
export function readSmall(entry: PlannedEntry, into: Buffer, guard: Reach): ReadOutcome {
  let fd: number | undefined;
  try {
    fd = openSync(guard.reach(entry.source), openFlags);
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) return notThatKind(entry);
    return readStill(entry, { fd, into, before: stats });
  } catch (error) {
    return refusedOutcome(error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

interface Reading {
  readonly fd: number;
  readonly into: Buffer;
  readonly before: BigIntStats;
}

interface Attempt {
  readonly bytes: number;
  /** What fstat had promised was there to be read, and the file became no shorter. */
  readonly isWhole: boolean;
  readonly heldStill: boolean;
  readonly after: BigIntStats;
}

function readStill(entry: PlannedEntry, first: Reading): ReadOutcome {
  let reading = first;
  let attempt = readOnce(reading);
  let isAppended = true;
  for (let count = 1; !attempt.heldStill && count < attemptsMax; count += 1) {
    const { bytes, isWhole } = attempt;
    const sha256 = digest(first.into, bytes);
    waitForTick();
    reading = { ...first, before: fstatSync(first.fd, { bigint: true }) };
    attempt = readOnce(reading);
    isAppended &&= isWhole && attempt.bytes >= bytes && digest(first.into, bytes) === sha256;
    const isLast = count + 1 === attemptsMax && !attempt.heldStill;
    if (isLast && isAppended && attempt.isWhole) return grown(entry, attempt, bytes);
  }
  const { bytes, after, heldStill } = attempt;
  const facts = factsOf(entry, after);
  if (reading.before.size > first.into.length) {
    return { status: "changed", reason: "grew beyond its frame", bytes, tooLarge: true, ...facts };
  }
  if (heldStill) return { status: "ok", bytes, ...facts };
  return { status: "changed", reason: "changed while it was read", bytes, ...facts };
}

/** `bytes` were read twice and were the same, though the file was never at rest. */
function grown(entry: PlannedEntry, attempt: Attempt, bytes: number): ReadOutcome {
  const facts = factsOf(entry, attempt.after);
  const hasGrown = attempt.after.size > bytes;
  return { status: "ok", bytes, ...(hasGrown && { reason: "grew while it was read" }), ...facts };
}

function readOnce({ fd, into, before }: Reading): Attempt {
  const lookedAtMs = Date.now();
  const promised = Number(before.size);
  const bytes = readFully(fd, into.subarray(0, Math.min(promised, into.length)), 0);
  const after = fstatSync(fd, { bigint: true });
  const isUnchanged = isSame(identityOf(before), identityOf(after)) && bytes === promised;
  return {
    bytes,
    isWhole: bytes === promised && after.size >= before.size,
    heldStill: promised > into.length || (isUnchanged && !wasJustTouched(after, lookedAtMs)),
    after,
  };
}

/** A time in the future is another machine's clock, not a write just now. */
export function wasJustTouched(stats: BigIntStats, lookedAtMs: number): boolean {
  const touchedMs = Number(stats.ctimeMs);
  return touchedMs >= lookedAtMs - tickMs && touchedMs <= Date.now() + tickMs;
}

export function waitForTick(): void {
  Atomics.wait(pause, 0, 0, tickMs);
}

/** Reads until `into` is full or the file ends; returns the bytes read. */
export function readFully(fd: number, into: Buffer, position: number): number {
  let bytes = 0;
  while (bytes < into.length) {
    const got = readSync(fd, into, bytes, into.length - bytes, position + bytes);
    if (got === 0) break;
    bytes += got;
  }
  return bytes;
}

function digest(buffer: Buffer, bytes: number): string {
  return hash("sha256", buffer.subarray(0, bytes), "hex");
}

function notThatKind(entry: PlannedEntry): ReadOutcome {
  return { status: "vanished", reason: `is no longer a ${entry.type}`, bytes: 0 };
}

/** Looks at a directory, a symlink or a further name of a file, without following or opening it. */
export function readAttributes(entry: PlannedEntry, guard: Reach): ReadOutcome {
  try {
    const stats = lstatSync(guard.reach(entry.source), { bigint: true });
    const expected = entry.type === "hardlink" ? "file" : entry.type;
    if (kindOf(stats) !== expected) return notThatKind(entry);
    return { status: "ok", bytes: 0, ...factsOf(entry, stats) };
  } catch (error) {
    return refusedOutcome(error);
  }
}

export interface LinkOutcome extends ReadOutcome {
  /** The target as a byte string; there when the status is `ok`. */
  readonly target?: string;
}

/** The target is that of the link that was looked at: it is looked at before and after. */
export function readLink(entry: PlannedEntry, guard: Reach): LinkOutcome {
  try {
    for (let attempt = 1; ; attempt += 1) {
      const before = lstatSync(guard.reach(entry.source), { bigint: true });
      if (kindOf(before) !== "symlink") return notThatKind(entry);
      const target = readlinkSync(guard.reach(entry.source), "latin1");
      const after = lstatSync(guard.reach(entry.source), { bigint: true });
      const isSettled = isSame(identityOf(before), identityOf(after)) || attempt === attemptsMax;
      if (isSettled) return { status: "ok", bytes: 0, target, ...factsOf(entry, after) };
    }
  } catch (error) {
    return refusedOutcome(error);
  }
}
