import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, backup } from "node:sqlite";
import type { Attributes } from "../format/entry.ts";
import { settleCopy, sqliteCode, sqliteCodes, type CheckResult } from "./database-check.ts";
import { type Pace, copyFamily, removeCopy, sidecarsOf } from "./database-family.ts";
import { assertOpened, databaseUri, lookAtDatabase, type DatabaseFile } from "./database-file.ts";
import { DiskError } from "./errors.ts";
import { factsOf, refusedOutcome } from "./outcome.ts";
import type { Reach } from "./path-guard.ts";
import type { PlannedEntry } from "./planned.ts";
import { copyLocked, copyUnused } from "./still-database.ts";

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
 * How the copy was made. `online`: in one read transaction, by SQLite's backup or, in rollback mode, as bytes. `immutable`:
 * as bytes, from a database that no one had open. `private-copy`: the files were copied and recovered, because another
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
    const pace = paceOf(job.options);
    if (await copyUnused(job, pace)) return { method: "immutable", isConsistent: true };
    if (!(await copyLocked(job, () => openHeld(job), pace))) await copyOnline(job, pace);
    return { method: "online", isConsistent: true };
  } catch (error) {
    removeCopy(job.copy);
    job.options.signal?.throwIfAborted();
    const code = sqliteCode(error);
    if (code === sqliteCodes.full) throw error;
    if (code === sqliteCodes.notDatabase || code === sqliteCodes.corrupt) {
      return { status: "raw", reason: `SQLite cannot read it: ${(error as Error).message}` };
    }
    return await copyPrivately(job, error);
  }
}

async function copyPrivately(job: Job, error: unknown): Promise<Made | NoSnapshot> {
  const code = sqliteCode(error);
  const { message } = error as Error;
  const why = code === undefined ? message : (reasons.get(code) ?? `SQLite says: ${message}`);
  try {
    const isConsistent = await copyFamily(job, paceOf({ ...job.options, deadlineMs: Infinity }));
    return { method: "private-copy", isConsistent, why };
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

/** SQLite's own copy, page by page. */
async function copyOnline(job: Job, { stepBytes, onStep }: Pace): Promise<void> {
  using database = openHeld(job);
  await backup(database, job.copy, {
    rate: Math.max(1, Math.floor(stepBytes / Math.max(512, job.file.pageBytes))),
    progress: onStep,
  });
}

/**
 * Opens a database and begins to read. Holding one read transaction keeps every step on the same state: a backup in
 * steps without it starts anew whenever another program writes, for ever under load (openclaw #134215).
 */
function openHeld({ source, file, guard, options: { busyTimeoutMs = 5_000 } }: Job): DatabaseSync {
  const database = new DatabaseSync(databaseUri(source), { readOnly: true, timeout: busyTimeoutMs });
  try {
    // user_version opens the transaction and needs no schema that this SQLite understands.
    database.exec("BEGIN");
    database.prepare("PRAGMA user_version").get();
    assertOpened(source, file.stats, guard);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function paceOf({ signal, deadlineMs = 15 * 60_000, stepBytes = 64 * 1024 * 1024 }: SnapshotOptions): Pace {
  const deadline = performance.now() + deadlineMs;
  return {
    stepBytes,
    onStep: () => {
      signal?.throwIfAborted();
      if (performance.now() > deadline)
        throw new Error(`copying it through SQLite took longer than ${deadlineMs / 1000} s`);
    },
  };
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
