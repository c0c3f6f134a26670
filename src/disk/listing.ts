import { readdirSync, realpathSync, statSync, type BigIntStats } from "node:fs";
import { limits } from "../format/limits.ts";
import { DiskError } from "./errors.ts";
import type { CaptureRoot } from "./planned.ts";
import { absenceOf, inodeKey, troubleOf } from "./stat.ts";

interface Listing {
  /** Byte strings in byte order. */
  readonly names: readonly string[];
  readonly trouble?: { readonly vanished: string } | { readonly unreadable: string };
}

/** The names in a directory; one that cannot be listed is empty and says why. */
export function listNames(source: string): Listing {
  try {
    return { names: readdirSync(Buffer.from(source, "latin1"), { encoding: "latin1" }).sort() };
  } catch (error) {
    return { names: [], trouble: absenceOf(error) };
  }
}

/** Where a root really lies, links followed, as a byte string. Throws `root-missing` or `root-unreadable`. */
export function realPlace(root: Pick<CaptureRoot, "id" | "path">): string {
  try {
    return realpathSync.native(root.path, "latin1");
  } catch (error) {
    throw rootError(root, error);
  }
}

export function rootStats(root: CaptureRoot, source: string): BigIntStats {
  try {
    return statSync(Buffer.from(source, "latin1"), { bigint: true });
  } catch (error) {
    throw rootError(root, error);
  }
}

/** The folders above a place, by inode: one of them that is met below is a loop of mounts. */
export function foldersAround(source: string): Set<string> {
  const inodes = new Set<string>();
  for (let at = source; at !== "";) {
    at = at.slice(0, at.lastIndexOf("/"));
    const path = Buffer.from(at === "" ? "/" : at, "latin1");
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats !== undefined) inodes.add(inodeKey(stats));
  }
  return inodes;
}

function rootError(root: Pick<CaptureRoot, "id" | "path">, error: unknown): DiskError {
  const code = "vanished" in absenceOf(error) ? "root-missing" : "root-unreadable";
  return new DiskError(code, `looking at ${root.id} in ${root.path}: ${troubleOf(error)}`, { cause: error });
}

/** Why a path cannot be an entry path (limits of the specification), or undefined. The kernel sees to all else. */
export function unfitness(path: string, name: string): string | undefined {
  if (name.length > limits.componentBytes) return `its name has more than ${limits.componentBytes} bytes`;
  if (path.length > limits.pathBytes) return `its path has more than ${limits.pathBytes} bytes`;
  if (path.length > limits.depth && path.split("/").length > limits.depth) {
    return `it is nested deeper than ${limits.depth}`;
  }
  return undefined;
}
