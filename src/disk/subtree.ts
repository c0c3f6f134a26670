import { lstatSync, type BigIntStats } from "node:fs";
import type { RuleMatcher } from "./glob.ts";
import { listNames } from "./listing.ts";
import { inodeKey, kindOf } from "./stat.ts";

interface Place {
  readonly path: string;
  readonly relative: string;
  readonly source: string;
}

export interface Measure {
  /** Entries below, the top not counted. */
  readonly entries: number;
  /** Their content bytes. */
  readonly bytes: number;
  /** Something below is wanted all the same: the top must be descended into. */
  readonly holdsWanted: boolean;
}

interface MeasureOptions {
  /** Places that are captured on their own. */
  readonly covered: ReadonlyMap<string, string>;
  /** The file system to stay on, if it is to be one. */
  readonly dev: bigint | undefined;
  readonly wanted: RuleMatcher | undefined;
  /** Called with inode and path below the root of every file that has more than one name. */
  readonly onLinked: (inode: string, relative: string) => void;
}

/** Counts what lies below a directory that is left out. What cannot be listed or has gone counts for nothing. */
export function measure(top: Place, options: MeasureOptions): Measure {
  let entries = 0;
  let bytes = 0;
  let holdsWanted = false;
  const stack = [top];
  // A folder that is mounted in itself would be counted for ever.
  const seen = new Set(inodeOf(top.source));
  for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
    for (const name of listNames(folder.source).names) {
      const place = below(folder, name);
      const stats = options.covered.has(place.source) ? undefined : look(place.source);
      if (stats === undefined) continue;
      entries += 1;
      holdsWanted ||= options.wanted?.(place.path) !== undefined;
      const kind = kindOf(stats);
      if (kind === "directory" && isFresh(stats, options.dev, seen)) stack.push(place);
      if (kind !== "file") continue;
      bytes += Number(stats.size);
      if (stats.nlink > 1n) options.onLinked(inodeKey(stats), place.relative);
    }
  }
  return { entries, bytes, holdsWanted };
}

function inodeOf(source: string): string[] {
  const stats = look(source);
  return stats === undefined ? [] : [inodeKey(stats)];
}

function isFresh(stats: BigIntStats, dev: bigint | undefined, seen: Set<string>): boolean {
  if (dev !== undefined && stats.dev !== dev) return false;
  const before = seen.size;
  return seen.add(inodeKey(stats)).size > before;
}

function below(folder: Place, name: string): Place {
  return {
    path: `${folder.path}/${name}`,
    relative: folder.relative === "" ? name : `${folder.relative}/${name}`,
    source: `${folder.source}/${name}`,
  };
}

function look(source: string): BigIntStats | undefined {
  try {
    return lstatSync(Buffer.from(source, "latin1"), { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
