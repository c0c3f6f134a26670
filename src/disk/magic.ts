import { closeSync, constants, openSync, readSync } from "node:fs";

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

/** The same for content that was read already. Below its header's 100 bytes it is none. */
export function isDatabaseHead(content: Buffer): boolean {
  return content.length >= headerBytes && content.subarray(0, magic.length).equals(magic);
}
