import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, type BigIntStats } from "node:fs";
import { identityOf, isSame } from "./identity.ts";
import { openFlags } from "./magic.ts";
import { factsOf, refusedOutcome, type ReadOutcome } from "./outcome.ts";
import type { Reach } from "./path-guard.ts";
import type { PlannedEntry } from "./planned.ts";
import { readFully, waitForTick, wasJustTouched } from "./read.ts";
import { troubleOf } from "./stat.ts";

const bufferBytes = 1024 * 1024;

/**
 * A file that is read piece by piece because it does not fit a frame. Its size is what the first fstat promised:
 * that stands in the tar header before its content is read. Where the file gets shorter meanwhile, or a read fails,
 * `readNext` ends early: the caller stores zeros for the rest and `bytes` of the outcome as `validBytes`.
 */
export class LargeFile {
  readonly sizeBytes: number;
  /** As it was opened: attributes, whether it is still what was planned, whether it has holes. */
  readonly opened: ReadOutcome;
  readonly #entry: PlannedEntry;
  readonly #fd: number;
  readonly #before: BigIntStats;
  #position = 0;
  #trouble: string | undefined;
  #isOpen = true;

  private constructor(entry: PlannedEntry, fd: number, before: BigIntStats) {
    this.#entry = entry;
    this.#fd = fd;
    this.#before = before;
    this.sizeBytes = Number(before.size);
    this.opened = { status: "ok", bytes: 0, ...factsOf(entry, before) };
  }

  /** A LargeFile, or why there is none. */
  static open(entry: PlannedEntry, guard: Reach): LargeFile | ReadOutcome {
    let fd: number | undefined;
    try {
      fd = openSync(guard.reach(entry.source), openFlags);
      let stats = fstatSync(fd, { bigint: true });
      if (wasJustTouched(stats, Date.now())) {
        waitForTick();
        stats = fstatSync(fd, { bigint: true });
      }
      if (stats.isFile()) return new LargeFile(entry, fd, stats);
      closeSync(fd);
      return { status: "vanished", reason: "is no longer a file", bytes: 0 };
    } catch (error) {
      if (fd !== undefined) closeSync(fd);
      return refusedOutcome(error);
    }
  }

  /** Fills `into` as far as the promised size allows; returns the bytes, 0 at the end. */
  readNext(into: Buffer): number {
    if (this.#trouble !== undefined) return 0;
    const wanted = Math.min(into.length, this.sizeBytes - this.#position);
    try {
      const bytes = readFully(this.#fd, into.subarray(0, wanted), this.#position);
      this.#position += bytes;
      return bytes;
    } catch (error) {
      this.#trouble = troubleOf(error);
      return 0;
    }
  }

  /**
   * Closes the file and judges what was read. `sha256` (hex) is the digest of the bytes that readNext gave: with it
   * a file that has grown is read once more, and is `ok` if all that was promised is still the same (a log).
   */
  close(sha256?: string): ReadOutcome {
    if (!this.#isOpen) throw new TypeError("the file is closed");
    try {
      return this.#judge(sha256);
    } finally {
      this[Symbol.dispose]();
    }
  }

  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#fd);
  }

  #judge(sha256: string | undefined): ReadOutcome {
    const bytes = this.#position;
    const after = fstatSync(this.#fd, { bigint: true });
    const facts = { ...factsOf(this.#entry, after), attributes: this.opened.attributes! };
    if (this.#trouble !== undefined) return { status: "unreadable", reason: this.#trouble, bytes, ...facts };
    if (bytes < this.sizeBytes)
      return { status: "changed", reason: "became shorter while it was read", bytes, ...facts };
    if (isSame(identityOf(this.#before), identityOf(after))) return { status: "ok", bytes, ...facts };
    if (after.size >= this.#before.size && sha256 !== undefined && this.#digestAgain() === sha256) {
      const hasGrown = after.size > this.#before.size;
      return { status: "ok", bytes, ...(hasGrown && { reason: "grew while it was read" }), ...facts };
    }
    return { status: "changed", reason: "changed while it was read", bytes, ...facts };
  }

  #digestAgain(): string | undefined {
    const digest = createHash("sha256");
    const buffer = Buffer.allocUnsafeSlow(bufferBytes);
    for (let position = 0; position < this.sizeBytes;) {
      const wanted = Math.min(buffer.length, this.sizeBytes - position);
      const bytes = readFully(this.#fd, buffer.subarray(0, wanted), position);
      if (bytes < wanted) return undefined;
      digest.update(buffer.subarray(0, bytes));
      position += bytes;
    }
    return digest.digest("hex");
  }
}
