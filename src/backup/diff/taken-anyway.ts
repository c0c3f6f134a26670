import { escapeGlob } from "../../disk/glob.ts";
import type { OpenArchive } from "../../format/archive.ts";
import { type EntryPath, textOf } from "../../format/entry-path.ts";
import { isStored } from "../../format/entry.ts";
import { isAtOrBelow, linesOf } from "../open.ts";

/** Beyond so many, the folders they lie in are taken whole: a glob each would make matching slow. */
const globsMax = 1000;

/**
 * Globs for what an archive holds although a scan leaves it out (`create --include`, or other rules in another
 * version): where it was brought back it is to be compared. `leftOut`: the scan's, a folder standing for all in it.
 */
export async function takenAnyway(entries: OpenArchive, leftOut: ReadonlySet<EntryPath>): Promise<string[]> {
  if (leftOut.size === 0) return [];
  const leaves: EntryPath[] = [];
  const tops = new Set<EntryPath>();
  let top: EntryPath | undefined;
  for await (const { line } of linesOf(entries)) {
    const { path } = line;
    if (!isStored(line)) continue;
    if (top === undefined || !isAtOrBelow(path, top)) top = leftOut.has(path) ? path : undefined;
    if (top === undefined) continue;
    tops.add(top);
    const last = leaves.at(-1);
    // A folder stands for itself only where nothing follows that lies in it.
    if (last !== undefined && isAtOrBelow(path, last)) leaves.pop();
    if (leaves.length <= globsMax) leaves.push(path);
  }
  return [...(leaves.length > globsMax ? tops : leaves)].map((path) => escapeGlob(textOf(path) ?? path));
}
