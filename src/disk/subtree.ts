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
  /** The file system to stay on. */
  readonly dev: bigint;
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
  for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
    for (const name of listNames(folder.source).names) {
      const place = below(folder, name);
      const stats = options.covered.has(place.source) ? undefined : look(place.source);
      if (stats === undefined) continue;
      entries += 1;
      holdsWanted ||= options.wanted?.(place.path) !== undefined;
      const kind = kindOf(stats);
      if (kind === "directory" && stats.dev === options.dev) stack.push(place);
      if (kind !== "file") continue;
      bytes += Number(stats.size);
      if (stats.nlink > 1n) options.onLinked(inodeKey(stats), place.relative);
    }
  }
  return { entries, bytes, holdsWanted };
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
