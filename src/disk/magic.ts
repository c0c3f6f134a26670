import { closeSync, constants, openSync, readSync } from "node:fs";
import { absenceOf } from "./stat.ts";

/** Every SQLite 3 database begins with these bytes (https://www.sqlite.org/fileformat.html § 1.3). */
const magic = Buffer.from("SQLite format 3\0", "latin1");
const headerBytes = 100;
const head = Buffer.alloc(magic.length);

/** No link is followed and no FIFO waited for. */
export const openFlags =
  constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * True when the file begins as an SQLite database. `source` is a byte string (latin1). Throws what open throws.
 *
 * Closing the descriptor drops every POSIX lock this process holds on the file: never call it for a database that
 * this process has open.
 */
export function isDatabase(source: string): boolean {
  const fd = openSync(Buffer.from(source, "latin1"), openFlags);
  try {
    return readSync(fd, head, 0, head.length, 0) === head.length && head.equals(magic);
  } finally {
    closeSync(fd);
  }
}

/** The smallest page of an SQLite database; every page is a multiple of it, every database made of whole pages. */
const pageBytesMin = 512n;
const databaseName = /sqlite|\.(?:db|db3|sl3|s3db)(?:$|[.~_-])/i;
const sidecarName = /-(?:wal|journal|shm)$/;

/**
 * Whether a file is worth a look at its first bytes: opening each file costs more than all else that a plan needs of it.
 * By its size; a database torn by a crash is also told by its name, or by the log beside it.
 */
export function looksLikeDatabase(source: string, sizeBytes: bigint, hasSidecar: boolean): boolean {
  if (sizeBytes < headerBytes) return false;
  if (sizeBytes % pageBytesMin === 0n || hasSidecar) return true;
  return databaseName.test(source.slice(source.lastIndexOf("/") + 1));
}

/** Of the names in a folder those to which another one is a log or lock of SQLite. */
export function filesWithSidecar(names: readonly string[]): ReadonlySet<string> {
  const sidecars = names.filter((name) => sidecarName.test(name));
  return new Set(sidecars.map((name) => name.replace(sidecarName, "")));
}

/** Why a file cannot be opened, as far as that lies with the file. */
export function unreadableReason(source: string): string | undefined {
  try {
    closeSync(openSync(Buffer.from(source, "latin1"), openFlags));
    return undefined;
  } catch (error) {
    const absence = absenceOf(error);
    return "unreadable" in absence ? absence.unreadable : undefined;
  }
}

/** The same as {@link isDatabase} for content that was read already. Below its header's 100 bytes it is none. */
export function isDatabaseHead(content: Buffer): boolean {
  return content.length >= headerBytes && content.subarray(0, magic.length).equals(magic);
}
