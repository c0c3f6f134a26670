import {
  closeSync,
  fstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
  type BigIntStats,
} from "node:fs";
import { lstatIn } from "./database-family.ts";
import { openFlags } from "./magic.ts";
import type { Reach } from "./path-guard.ts";
import { inodeKey } from "./stat.ts";

export interface DatabaseFile {
  readonly stats: BigIntStats;
  readonly isWalMode: boolean;
  readonly pageBytes: number;
}

/**
 * A look at a database's file and header (https://www.sqlite.org/fileformat.html § 1.3). No handle of this process may
 * be open on it: closing a descriptor would drop that handle's locks.
 */
export function lookAtDatabase(source: string, guard: Reach): DatabaseFile {
  const fd = openSync(guard.reach(source), openFlags);
  try {
    const stats = fstatSync(fd, { bigint: true });
    const header = Buffer.alloc(20);
    if (stats.isFile()) readSync(fd, header, 0, header.length, 0);
    // The page size is a power of two in two bytes, with 1 for 65,536; the versions to write and to read are 2 in WAL mode.
    const pageBytes = header.readUInt16BE(16);
    return { stats, isWalMode: header[19] === 2, pageBytes: pageBytes === 1 ? 65_536 : pageBytes };
  } finally {
    closeSync(fd);
  }
}

/**
 * SQLite takes a path, follows links on it, and opens the log by name, later. Throws where what it has open is not the
 * file that the guard reached: somebody put a link in the place of a folder in between.
 */
export function assertOpened(source: string, planned: BigIntStats, guard: Reach): void {
  const open = openFiles();
  if (open === undefined) return;
  const isMain = open.some(({ stats }) => inodeKey(stats) === inodeKey(planned));
  const name = `${source.slice(source.lastIndexOf("/"))}-wal`;
  const logs = open.filter(({ target }) => target.endsWith(name));
  const log = logs.length === 0 ? undefined : lstatIn(guard, `${source}-wal`);
  const isLog = logs.every(({ stats }) => log !== undefined && inodeKey(stats) === inodeKey(log));
  if (!isMain || !isLog) throw new Error("SQLite found another file of that name");
}

/** What this process has open; undefined where the system does not tell. */
function openFiles(): { readonly target: string; readonly stats: BigIntStats }[] | undefined {
  let names: string[];
  try {
    names = readdirSync("/proc/self/fd");
  } catch {
    return undefined;
  }
  return names.flatMap((name) => {
    try {
      const stats = fstatSync(Number(name), { bigint: true });
      return stats.isFile() ? [{ stats, target: readlinkSync(`/proc/self/fd/${name}`, "latin1") }] : [];
    } catch {
      // Closed meanwhile, such as the one by which the list was read.
      return [];
    }
  });
}

/** A URI spells every byte, so that names which are no UTF-8 or hold `?` and `#` work. */
export function databaseUri(source: string): string {
  const escaped = source.replace(
    /[^\w./-]/g,
    (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `file://${escaped}`;
}
