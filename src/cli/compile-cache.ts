import { existsSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { dirname } from "node:path";

/**
 * Keeps what V8 compiled in the cache folder of the user, for the next start. Node runs unchecked what it finds there:
 * so never in its default place in /tmp, and without a word not at all where anybody else could put something, as in
 * the home of another user that `sudo` leaves in HOME. With NODE_DISABLE_COMPILE_CACHE nothing is made.
 */
export function cacheCompiledCode(): void {
  const { HOME, XDG_CACHE_HOME, NODE_DISABLE_COMPILE_CACHE } = process.env;
  if (NODE_DISABLE_COMPILE_CACHE) return;
  const caches = XDG_CACHE_HOME?.startsWith("/") ? XDG_CACHE_HOME : HOME && `${HOME}/.cache`;
  const uid = process.geteuid?.();
  if (!caches?.startsWith("/") || uid === undefined) return;
  const folder = ownFolder(`${caches}/ocbak/node`, uid);
  if (folder !== undefined) enableCompileCache(folder);
}

/** The folder without links on its way, made if need be; undefined, and not made, where it is not the user's alone. */
function ownFolder(path: string, uid: number): string | undefined {
  try {
    let there = path;
    while (!existsSync(there)) there = dirname(there);
    if (!isKeptAllTheWay(realpathSync(there), uid)) return undefined;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const folder = realpathSync(path);
    return lstatSync(folder).uid === uid && isKeptAllTheWay(folder, uid) ? folder : undefined;
  } catch {
    return undefined;
  }
}

function isKeptAllTheWay(folder: string, uid: number): boolean {
  return isKept(folder, uid) && (folder === dirname(folder) || isKeptAllTheWay(dirname(folder), uid));
}

/**
 * Whether only the user and root can change what lies in a folder. In one like /tmp, others may add to it, but not
 * replace what is the user's; and what is looked at in it is.
 */
function isKept(folder: string, uid: number): boolean {
  const { mode, uid: owner } = lstatSync(folder);
  const writableByOthers = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
  return (owner === uid || owner === 0) && !writableByOthers;
}
