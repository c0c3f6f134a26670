import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  utimesSync,
} from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { inPlace, type TimeArgument, writeAt } from "./staged-tree.ts";

/** Bytes 18 and 19 of a database: the versions to write and to read it by, 2 in WAL mode and 1 else (fileformat § 1.3.3). */
const versionsAt = 18;
const walVersions = Buffer.from([2, 2]);
const rollbackVersions = Buffer.from([1, 1]);

/** Whether a file is an SQLite database. */
export function isDatabase(file: string): boolean {
  return readAt(file, 0, 16).toString("latin1") === "SQLite format 3\0";
}

/**
 * Opens a staged database for `work`, in one transaction that is rolled back if it throws. A database in WAL mode is given to
 * SQLite without that mode and gets it back, so that neither log nor shared memory appear beside it; undo stays in memory, as
 * whatever is interrupted here is thrown away with the staging directory. Mode, owner and time are kept.
 */
export async function inTransaction<T>(
  file: string,
  timeArgument: TimeArgument,
  work: (db: DatabaseSync) => Promise<T>,
): Promise<T> {
  const { mtimeNs } = lstatSync(file, { bigint: true });
  foldLog(file);
  const isWal = readAt(file, versionsAt, 2).equals(walVersions);
  const setVersions = (versions: Buffer): void =>
    inPlace(file, timeArgument, (fd) => writeAt(fd, versions, versionsAt));
  if (isWal) setVersions(rollbackVersions);
  try {
    return await transact(file, work);
  } finally {
    if (isWal) setVersions(walVersions);
    const time = timeArgument(String(mtimeNs));
    utimesSync(file, time, time);
  }
}

async function transact<T>(file: string, work: (db: DatabaseSync) => Promise<T>): Promise<T> {
  // A row that is written anew under its new key must not take along, on its way, those that hang on it.
  const db = new DatabaseSync(file, { timeout: 1000, enableForeignKeyConstraints: false });
  try {
    assertOpened(file);
    db.exec("pragma journal_mode = memory; pragma temp_store = memory; pragma trusted_schema = off");
    db.exec("begin immediate");
    const result = await work(db);
    db.exec("commit");
    return result;
  } finally {
    // Rolls back what was not committed.
    db.close();
  }
}

/** A database that was captured with its log: SQLite writes it into the file and removes it. */
function foldLog(file: string): void {
  if (!["-wal", "-journal"].some((suffix) => existsSync(file + suffix))) return;
  const db = new DatabaseSync(file, { timeout: 1000 });
  try {
    assertOpened(file);
    db.exec("pragma locking_mode = exclusive; pragma wal_checkpoint(truncate)");
  } finally {
    db.close();
  }
}

/** SQLite takes a path and follows links on it; a user who exchanged a folder meanwhile is to gain nothing by that. */
function assertOpened(file: string): void {
  const wanted = lstatSync(file, { bigint: true });
  let open: string[];
  try {
    open = readdirSync("/proc/self/fd");
  } catch {
    return;
  }
  if (!open.some((name) => isFile(Number(name), wanted)))
    throw new Error("SQLite found another file of that name");
}

function isFile(fd: number, { dev, ino }: { readonly dev: bigint; readonly ino: bigint }): boolean {
  try {
    const stats = fstatSync(fd, { bigint: true });
    return stats.dev === dev && stats.ino === ino;
  } catch {
    return false;
  }
}

function readAt(file: string, position: number, length: number): Buffer {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, position));
  } finally {
    closeSync(fd);
  }
}
