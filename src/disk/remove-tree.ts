import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";

import { systemCode } from "./io-error.ts";
import { joinBytes } from "./staged-path.ts";

const asDirectory = constants.O_RDONLY | constants.O_DIRECTORY;

/**
 * Removes what lies in `directory`, never following a link and whatever the modes inside (a finished tree may hold
 * directories that its owner cannot write to). The directory itself stays. Each directory is held open while it is
 * emptied: whoever reaches into it and exchanges one for a link makes root remove nothing elsewhere.
 */
export function removeContents(directory: Buffer): void {
  // The dot: a directory that is named through its descriptor is a link by name.
  empty(openSync(joinBytes(directory, Buffer.from(".")), asDirectory), directory);
}

function empty(fd: number, path: Buffer): void {
  try {
    const { mode } = fstatSync(fd);
    if ((mode & 0o700) !== 0o700) fchmodSync(fd, 0o700);
    const magic = `/proc/self/fd/${fd}`;
    const base = existsSync(magic) ? Buffer.from(magic) : path;
    for (const name of readdirSync(base, { encoding: "buffer" })) removeOne(joinBytes(base, name));
  } finally {
    closeSync(fd);
  }
}

function removeOne(path: Buffer): void {
  if (!lstatSync(path).isDirectory()) return unlinkSync(path);
  empty(openClosed(path), path);
  rmdirSync(path);
}

function openClosed(path: Buffer): number {
  const flags = asDirectory | constants.O_NOFOLLOW;
  try {
    return openSync(path, flags);
  } catch (error) {
    // Never so for root, whom a link in its place would matter to.
    if (systemCode(error) !== "EACCES") throw error;
    chmodSync(path, 0o700);
    return openSync(path, flags);
  }
}
