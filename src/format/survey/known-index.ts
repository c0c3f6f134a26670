import type { EntryPath } from "../entry-path.ts";
import type { IndexLine, InventoryLine, SectionName } from "../entry.ts";
import { FormatError } from "../errors.ts";
import { parseInventoryLine } from "../index-line.ts";
import { indexBatches } from "../index-reader.ts";
import { SectionReader, type SectionTies } from "../section-reader.ts";
import type { RandomStream } from "../stored-stream.ts";
import type { HoleyStream } from "./holey-stream.ts";

/** The index of a section, where all of it is here. Its lines by path. */
export interface KnownIndex {
  readonly reader: SectionReader;
  readonly lines: ReadonlyMap<EntryPath, IndexLine>;
}

/** Reads the index of a damaged copy; undefined where any byte of it is lost or does not hold. */
export async function readKnownIndex(
  name: SectionName,
  stream: HoleyStream,
  ties: SectionTies,
): Promise<KnownIndex | undefined> {
  if (stream.sizeBytes === undefined) return undefined;
  try {
    const reader = await SectionReader.open(name, withoutHoles(stream, stream.sizeBytes), ties);
    const lines = new Map<EntryPath, IndexLine>();
    for await (const batch of indexBatches(reader)) for (const line of batch) lines.set(line.path, line);
    return { reader, lines };
  } catch (cause) {
    if (cause instanceof FormatError) return undefined;
    throw cause;
  }
}

function withoutHoles(stream: HoleyStream, sizeBytes: number): RandomStream {
  return {
    sizeBytes,
    read: async (offset, length) => {
      const bytes = await stream.readUpTo(offset, length);
      if (bytes.length < length) throw new FormatError("part-missing", "a part of the section is missing");
      return bytes;
    },
  };
}

/** The planned entries in the inventory's bytes, as far as they go; a last line that is cut is left out. */
export function readInventory(bytes: Buffer): InventoryLine[] {
  const lines = bytes
    .subarray(0, bytes.lastIndexOf(0x0a) + 1)
    .toString("utf8")
    .split("\n")
    .slice(0, -1);
  const planned: InventoryLine[] = [];
  for (const line of lines) {
    try {
      planned.push(parseInventoryLine(line));
    } catch (cause) {
      if (cause instanceof FormatError) return planned;
      throw cause;
    }
  }
  return planned;
}
