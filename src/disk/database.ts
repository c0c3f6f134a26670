import { randomBytes } from "node:crypto";
import { closeSync, lstatSync, openSync, readSync, statSync, type BigIntStats } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, backup } from "node:sqlite";
import type { Attributes } from "../format/entry.ts";
import { settleCopy, sqliteCode, sqliteCodes, type CheckResult } from "./database-check.ts";
import { copyFamily, removeCopy, sidecarsOf } from "./database-family.ts";
import { DiskError } from "./errors.ts";
import { openFlags } from "./magic.ts";
import { factsOf, refusedOutcome } from "./outcome.ts";
import type { PlannedEntry } from "./planned.ts";
import { wasJustTouched } from "./read.ts";
import { identityOf, isSame } from "./stat.ts";

export interface SnapshotOptions {
  /** How long to wait for a writer that holds the whole database. */
  readonly busyTimeoutMs?: number;
  /** After this the online copy is given up. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** Pages copied between two looks at clock and signal. */
  readonly pagesPerStep?: number;
}

/**
 * How the copy was made. `online`: SQLite's backup in one read transaction. `immutable`: the same from a database that
 * no one had open, without creating sidecars. `private-copy`: the files were copied and recovered, because another
 * program keeps the database to itself or it cannot be opened where it lies.
 */
export type SnapshotMethod = "online" | "immutable" | "private-copy";

export interface Snapshot extends CheckResult {
  readonly status: "ok";
  /** The copy in the work directory: one file that stands alone. The caller removes it. */
  readonly file: string;
  /** The same path as a byte string, as planned entries have it: what LargeFile takes as `source`. */
  readonly source: string;
  readonly sizeBytes: number;
  /** Of the original. */
  readonly attributes: Attributes;
  readonly method: SnapshotMethod;
  /** False only for a private copy of files that never held still: the copy may be of several states. */
  readonly isConsistent: boolean;
  /** Sidecars that reading left beside the original (`-shm`, `-wal`): removing them could break other readers. */
  readonly leftBehind: readonly string[];
}

/** No snapshot: `raw` means it is there but SQLite cannot make sense of it (encrypted, damaged): store its bytes. */
export interface NoSnapshot {
  readonly status: "raw" | "vanished" | "unreadable";
  readonly reason: string;
}

/**
 * Copies a live database into `workDir` (mode 0700, on a disk with room for it) in the state of one moment, and checks
 * the copy. Throws DiskError `no-space`, and the signal's reason when it is aborted. The original is never written to.
 */
export async function snapshotDatabase(
  entry: PlannedEntry,
  workDir: string,
  options: SnapshotOptions = {},
): Promise<Snapshot | NoSnapshot> {
  options.signal?.throwIfAborted();
  const copy = join(workDir, `${randomBytes(8).toString("hex")}.sqlite`);
  try {
    const stats = lstatSync(Buffer.from(entry.source, "latin1"), { bigint: true });
    if (!stats.isFile()) return { status: "vanished", reason: "is no longer a file" };
    const sidecars = sidecarsOf(entry.source);
    const made = await copyDatabase({ entry, copy, options, stats });
    if ("reason" in made) {
      removeCopy(copy);
      return made;
    }
    const { size } = statSync(copy);
    const result = settleCopy(copy, size);
    const leftBehind = sidecarsOf(entry.source).filter((suffix) => !sidecars.includes(suffix));
    const attributes = factsOf(entry, stats).attributes!;
    return {
      status: "ok",
      file: copy,
      source: Buffer.from(copy).toString("latin1"),
      sizeBytes: statSync(copy).size,
      attributes,
      leftBehind,
      ...made,
      ...result,
    };
  } catch (error) {
    removeCopy(copy);
    options.signal?.throwIfAborted();
    return refusal(error);
  }
}

interface Job {
  readonly entry: PlannedEntry;
  readonly copy: string;
  readonly options: SnapshotOptions;
  readonly stats: BigIntStats;
}

type Made = Pick<Snapshot, "method" | "isConsistent">;

async function copyDatabase(job: Job): Promise<Made | NoSnapshot> {
  try {
    if (await copyUnused(job)) return { method: "immutable", isConsistent: true };
    await copyOnline(job, "");
    return { method: "online", isConsistent: true };
  } catch (error) {
    removeCopy(job.copy);
    job.options.signal?.throwIfAborted();
    const code = sqliteCode(error);
    if (code === sqliteCodes.full) throw error;
    if (code === sqliteCodes.notDatabase || code === sqliteCodes.corrupt) {
      return { status: "raw", reason: `SQLite cannot read it: ${(error as Error).message}` };
    }
    return { method: "private-copy", isConsistent: copyFamily(job.entry.source, job.copy) };
  }
}

/**
 * A database in WAL mode without a log is open nowhere. A plain read-only handle would create `-shm` and `-wal` beside
 * it and leave them; an immutable one does not, but would not notice a writer either: so we look before and after.
 */
async function copyUnused(job: Job): Promise<boolean> {
  const { source } = job.entry;
  if (!isWalMode(source) || sidecarsOf(source).length > 0 || wasJustTouched(job.stats, Date.now()))
    return false;
  let trouble: unknown;
  try {
    await copyOnline(job, "?immutable=1");
  } catch (error) {
    if (sqliteCode(error) !== sqliteCodes.corrupt) throw error;
    trouble = error;
  }
  const after = lstatSync(Buffer.from(source, "latin1"), { bigint: true });
  const heldStill = isSame(identityOf(job.stats), identityOf(after)) && sidecarsOf(source).length === 0;
  if (heldStill && trouble !== undefined) throw trouble;
  if (!heldStill) removeCopy(job.copy);
  return heldStill;
}

/** Bytes 18 and 19 of the header are 2 in WAL mode (https://www.sqlite.org/fileformat.html § 1.3). */
function isWalMode(source: string): boolean {
  const fd = openSync(Buffer.from(source, "latin1"), openFlags);
  try {
    const versions = Buffer.alloc(2);
    return readSync(fd, versions, 0, 2, 18) === 2 && versions[1] === 2;
  } finally {
    closeSync(fd);
  }
}

async function copyOnline(job: Job, query: string): Promise<void> {
  const { busyTimeoutMs = 5_000, deadlineMs = 15 * 60_000, signal, pagesPerStep = 16_384 } = job.options;
  const deadline = performance.now() + deadlineMs;
  const database = new DatabaseSync(databaseUri(job.entry.source) + query, {
    readOnly: true,
    timeout: busyTimeoutMs,
  });
  try {
    // Holding one read transaction keeps every step on the same state: a backup in steps without it starts anew
    // whenever another program writes, for ever under load (openclaw #134215). user_version opens the transaction
    // and needs no schema that this SQLite understands.
    database.exec("BEGIN");
    database.prepare("PRAGMA user_version").get();
    await backup(database, job.copy, {
      rate: pagesPerStep,
      progress: () => {
        signal?.throwIfAborted();
        if (performance.now() > deadline) throw new Error(`was not copied within ${deadlineMs} ms`);
      },
    });
  } finally {
    database.close();
  }
}

/** A URI spells every byte, so that names which are no UTF-8 or hold `?` and `#` work. */
function databaseUri(source: string): string {
  const escaped = source.replace(
    /[^\w./-]/g,
    (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `file://${escaped}`;
}

function refusal(error: unknown): NoSnapshot {
  const code = (error as NodeJS.ErrnoException).code;
  if (sqliteCode(error) === sqliteCodes.full || code === "ENOSPC" || code === "EDQUOT") {
    throw new DiskError("no-space", "copying a database into the work directory", {
      cause: error,
      hint: "free some space, or set TMPDIR to a directory on a larger disk",
    });
  }
  if (sqliteCode(error) !== undefined)
    return { status: "raw", reason: `SQLite cannot read it: ${(error as Error).message}` };
  const { status, reason } = refusedOutcome(error);
  return { status: status === "vanished" ? "vanished" : "unreadable", reason: reason! };
}
