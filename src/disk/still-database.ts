import { DatabaseSync } from "node:sqlite";
import { type Pace, copyFile, lstatIn, removeCopy, sidecarsOf } from "./database-family.ts";
import { type DatabaseFile, databaseUri } from "./database-file.ts";
import { identityOf, isSame } from "./identity.ts";
import type { Reach } from "./path-guard.ts";
import { wasJustTouched } from "./read.ts";

/** A database to be copied, and the look at it that was taken before. */
export interface StillDatabase {
  readonly source: string;
  readonly copy: string;
  readonly guard: Reach;
  readonly file: DatabaseFile;
}

/**
 * Copies a database in WAL mode without a log: it is open nowhere, or nobody has read or written through that handle. A
 * handle of SQLite's would create `-shm` and `-wal` beside it and leave them; its bytes are as good, and take a quarter of
 * the time. False, and no copy, where it is in use.
 *
 * A writer that comes in between is not missed. What it commits goes to a log that it creates; while the log is there
 * the file itself does not change, and what was read is the state before. The file changes when the log is written back,
 * at the latest as the writer closes and removes it: then its ctime is new, and it can be told from the old one, which
 * is older than a tick of the clock of file times. So one of the two shows at the second look, in this order: the file,
 * then the sidecars. A log that comes and goes after the look at the file comes after all reading. OpenClaw's
 * lifecycle lock is not asked: it would tell less, as it tells of the gateway alone.
 */
export async function copyUnused(database: StillDatabase, pace: Pace): Promise<boolean> {
  const { source, guard, file } = database;
  if (!file.isWalMode || sidecarsOf(source, guard).length > 0) return false;
  return !wasJustTouched(file.stats, Date.now()) && (await copyStill(database, pace));
}

/**
 * Copies the bytes of a database in rollback mode while SQLite holds its shared lock, so that nobody writes to the file;
 * `hold` takes it. False, and no copy, where it is in WAL mode, has a journal beside it or was changed all the same.
 */
export async function copyLocked(
  database: StillDatabase,
  hold: () => Disposable,
  pace: Pace,
): Promise<boolean> {
  const { source, guard, file } = database;
  if (file.isWalMode || sidecarsOf(source, guard).length > 0) return false;
  using _held = hold();
  // Closing what is read here drops the lock, on Unix: nothing is read through SQLite afterwards.
  return await copyStill(database, pace);
}

async function copyStill({ source, copy, guard, file }: StillDatabase, pace: Pace): Promise<boolean> {
  await copyFile(guard.reach(source), copy, pace);
  const after = lstatIn(guard, source);
  const isUnchanged = after !== undefined && isSame(identityOf(file.stats), identityOf(after));
  const heldStill = isUnchanged && sidecarsOf(source, guard).length === 0;
  if (heldStill) assertDatabase(copy);
  else removeCopy(copy);
  return heldStill;
}

/** Throws what SQLite says of a file of which it can make no sense, before anything in it is asked for. */
function assertDatabase(copy: string): void {
  using database = new DatabaseSync(`${databaseUri(Buffer.from(copy).toString("latin1"))}?immutable=1`, {
    readOnly: true,
  });
  database.prepare("PRAGMA user_version").get();
}
