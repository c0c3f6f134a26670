import { type EntryStatus, type IndexLine, isStored } from "./entry.ts";
import { encodeIndexLine } from "./encode-line.ts";

/**
 * Index lines as text, but for the offsets of stored files: these are known once it is known where in the section the
 * frame begins that the lines belong to. Plain data, so that a worker can make it and post it.
 */
export interface EncodedLines {
  /** The lines, without the digits of the offsets. */
  readonly text: string;
  /** For each stored file two numbers: where in `text` its offset belongs, and the offset from the frame's first byte. */
  readonly offsets: Float64Array;
  readonly totals: LineTotals;
}

/** What lines add up to. */
export interface LineTotals {
  readonly entries: number;
  /** Sum of the sizes of the files stored. */
  readonly contentBytes: number;
  readonly statuses: ReadonlyMap<EntryStatus, number>;
}

const before = '"offset":';

/** Takes lines whose offsets are relative to their frame, negative where a large file began in an earlier one. */
export function encodeLines(lines: readonly IndexLine[]): EncodedLines {
  let text = "";
  let contentBytes = 0;
  const offsets: number[] = [];
  const statuses = new Map<EntryStatus, number>();
  for (const line of lines) {
    statuses.set(line.status, (statuses.get(line.status) ?? 0) + 1);
    if (!isStored(line) || line.type !== "file") {
      text += encodeIndexLine(line);
      continue;
    }
    contentBytes += line.size;
    const encoded = encodeIndexLine({ ...line, offset: 0 });
    // A quote inside of a string is escaped: this is the key, wherever it is found first.
    const at = encoded.indexOf(before) + before.length;
    offsets.push(text.length + at, line.offset);
    text += encoded.slice(0, at) + encoded.slice(at + 1);
  }
  return {
    text,
    offsets: Float64Array.from(offsets),
    totals: { entries: lines.length, contentBytes, statuses },
  };
}

/** The lines as they stand in the index of a section in whose tar stream their frame begins at `frameStart`. */
export function placeLines({ text, offsets }: EncodedLines, frameStart: number): string {
  if (offsets.length === 0) return text;
  let placed = "";
  let from = 0;
  for (let n = 0; n < offsets.length; n += 2) {
    const at = offsets[n]!;
    placed += `${text.slice(from, at)}${frameStart + offsets[n + 1]!}`;
    from = at;
  }
  return placed + text.slice(from);
}
