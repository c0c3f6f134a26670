import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, backup } from "node:sqlite";
import type { Attributes } from "../format/entry.ts";
import { settleCopy, sqliteCode, sqliteCodes, type CheckResult } from "./database-check.ts";
import { copyFamily, lstatIn, removeCopy, sidecarsOf } from "./database-family.ts";
import { assertOpened, lookAtDatabase, type DatabaseFile } from "./database-file.ts";
import { DiskError } from "./errors.ts";
import { identityOf, isSame } from "./identity.ts";
import { factsOf, refusedOutcome } from "./outcome.ts";
import type { Reach } from "./path-guard.ts";
import type { PlannedEntry } from "./planned.ts";
import { wasJustTouched } from "./read.ts";

export interface SnapshotOptions {
  /** How long to wait for a writer that holds the whole database. */
  readonly busyTimeoutMs?: number;
  /** After this the online copy is given up. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** Bytes copied between two looks at clock and signal, at least a page. */
  readonly stepBytes?: number;
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
  /** Why it is a private copy, in words. */
  readonly why?: string;
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

/** Where the copy goes, and how the original is reached. */
export interface SnapshotPlace {
  /** Mode 0700, on a disk with room for the copy. */
  readonly workDir: string;
  readonly guard: Reach;
}

/**
 * Copies a live database in the state of one moment, and checks the copy; one that fails its check is made once more.
 * Throws DiskError `no-space`, and the signal's reason when it is aborted. The original is never written to, and no
 * sidecar of it is removed: other programs may have them open (removing them gave such readers I/O errors when tried).
 */
export async function snapshotDatabase(
  entry: PlannedEntry,
  { workDir, guard }: SnapshotPlace,
  options: SnapshotOptions = {},
): Promise<Snapshot | NoSnapshot> {
  options.signal?.throwIfAborted();
  const copy = join(workDir, `${randomBytes(8).toString("hex")}.sqlite`);
  try {
    const first = await takeSnapshot(entry, { copy, guard, options });
    if (first.status !== "ok" || first.check !== "failed") return first;
    removeCopy(copy);
    const second = await takeSnapshot(entry, { copy, guard, options });
    return { ...second, ...(second.status === "ok" && { leftBehind: union(first, second) }) };
  } catch (error) {
    removeCopy(copy);
    options.signal?.throwIfAborted();
    return refusal(error);
  }
}

interface Task {
  readonly copy: string;
  readonly guard: Reach;
  readonly options: SnapshotOptions;
}

interface Job extends Task {
  readonly source: string;
  readonly file: DatabaseFile;
}

async function takeSnapshot(entry: PlannedEntry, task: Task): Promise<Snapshot | NoSnapshot> {
  const { copy, guard } = task;
  const { source } = entry;
  const file = lookAtDatabase(source, guard);
  if (!file.stats.isFile()) return { status: "vanished", reason: "is no longer a file" };
  const sidecars = sidecarsOf(source, guard);
  const made = await copyDatabase({ ...task, source, file });
  if ("reason" in made) {
    removeCopy(copy);
    const logs = sidecars.filter((suffix) => suffix !== "-shm");
    const left = logs.length === 0 ? "" : `; its log (${logs.join(", ")}) is not in the archive`;
    return { ...made, reason: made.reason + left };
  }
  const result = settleCopy(copy, statSync(copy).size);
  return {
    status: "ok",
    file: copy,
    source: Buffer.from(copy).toString("latin1"),
    sizeBytes: statSync(copy).size,
    attributes: factsOf(entry, file.stats).attributes!,
    leftBehind: sidecarsOf(source, guard).filter((suffix) => !sidecars.includes(suffix)),
    ...made,
    ...result,
  };
}

function union(first: Snapshot, second: Snapshot): readonly string[] {
  return [...new Set([...first.leftBehind, ...second.leftBehind])];
}

type Made = Pick<Snapshot, "method" | "isConsistent" | "why">;

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
    return copyPrivately(job, error);
  }
}

function copyPrivately({ source, copy, guard }: Job, error: unknown): Made | NoSnapshot {
  const code = sqliteCode(error);
  const { message } = error as Error;
  const why = code === undefined ? message : (reasons.get(code) ?? `SQLite says: ${message}`);
  try {
    return { method: "private-copy", isConsistent: copyFamily(source, copy, guard), why };
  } catch (cause) {
    if (cause instanceof DiskError && cause.code === "unsafe-link")
      return { status: "raw", reason: cause.message };
    throw cause;
  }
}

const reasons: ReadonlyMap<number, string> = new Map([
  [sqliteCodes.busy, "another program keeps it locked"],
  [sqliteCodes.locked, "another program keeps it locked"],
  [sqliteCodes.readonly, "a program that wrote to it was cut off"],
]);

/**
 * A database in WAL mode without a log is open nowhere, or nobody has read or written through that handle. A plain
 * read-only handle would create `-shm` and `-wal` beside it and leave them; an immutable one does not, but takes no lock
 * and would not notice a writer: so we look before and after.
 *
 * A writer that comes in between is not missed. What it commits goes to a log that it creates; while the log is there
 * the file itself does not change, and what was read is the state before. The file changes when the log is written back,
 * at the latest as the writer closes and removes it: then its ctime is new, and it can be told from the old one, which
 * is older than a tick of the clock of file times. So one of the two shows at the second look, in this order: the file,
 * then the sidecars. A log that comes and goes after the look at the file comes after all reading. OpenClaw's
 * lifecycle lock is not asked: it would tell less, as it tells of the gateway alone.
 */
async function copyUnused(job: Job): Promise<boolean> {
  const { source, guard, file } = job;
  const isUsed = sidecarsOf(source, guard).length > 0 || wasJustTouched(file.stats, Date.now());
  if (!file.isWalMode || isUsed) return false;
  let trouble: unknown;
  try {
    await copyOnline(job, "?immutable=1");
  } catch (error) {
    if (sqliteCode(error) !== sqliteCodes.corrupt) throw error;
    trouble = error;
  }
  const after = lstatIn(guard, source);
  const isUnchanged = after !== undefined && isSame(identityOf(file.stats), identityOf(after));
  const heldStill = isUnchanged && sidecarsOf(source, guard).length === 0;
  if (heldStill && trouble !== undefined) throw trouble;
  if (!heldStill) removeCopy(job.copy);
  return heldStill;
}

async function copyOnline(job: Job, query: string): Promise<void> {
  const {
    busyTimeoutMs = 5_000,
    deadlineMs = 15 * 60_000,
    signal,
    stepBytes = 64 * 1024 * 1024,
  } = job.options;
  const deadline = performance.now() + deadlineMs;
  const database = new DatabaseSync(databaseUri(job.source) + query, {
    readOnly: true,
    timeout: busyTimeoutMs,
  });
  try {
    // Holding one read transaction keeps every step on the same state: a backup in steps without it starts anew
    // whenever another program writes, for ever under load (openclaw #134215). user_version opens the transaction
    // and needs no schema that this SQLite understands.
    database.exec("BEGIN");
    database.prepare("PRAGMA user_version").get();
    assertOpened(job.source, job.file.stats, job.guard);
    await backup(database, job.copy, {
      rate: Math.max(1, Math.floor(stepBytes / Math.max(512, job.file.pageBytes))),
      progress: () => {
        signal?.throwIfAborted();
        if (performance.now() > deadline)
          throw new Error(`copying it through SQLite took longer than ${deadlineMs / 1000} s`);
      },
    });
  } finally {
    database.close();
  }
}

/** A URI spells every byte, so that names which are no UTF-8 or hold `?` and `#` work. */
export function databaseUri(source: string): string {
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
