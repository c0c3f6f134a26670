import type { PlannedEntry } from "../../disk/planned.ts";
import { frameContentBytes } from "../../format/frame.ts";
import { recordBound } from "./frame-room.ts";
import { isToBeSnapshot } from "./group-capture.ts";

/** Small groups, too, cost a message to a thread and a frame of their own: those of absent entries end somewhere. */
const entriesMax = 4096;

/** Runs of entries that fill about a frame; databases and large files stand alone. */
export function* entryGroups(entries: readonly PlannedEntry[]): Generator<readonly PlannedEntry[]> {
  let group: PlannedEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const record = recordBound(entry);
    const isFull = bytes + record > frameContentBytes || group.length === entriesMax;
    if (group.length > 0 && (isFull || isToBeSnapshot(entry))) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(entry);
    bytes += record;
    if (isToBeSnapshot(entry)) bytes = Number.POSITIVE_INFINITY;
  }
  if (group.length > 0) yield group;
}
