import type { EntryPath } from "../entry-path.ts";
import type { IndexLine, InventoryLine, SectionName } from "../entry.ts";
import { FormatError } from "../errors.ts";
import { parseInventoryLine } from "../index-line.ts";
import { indexBatches, splitLines } from "../index-reader.ts";
import { limits } from "../limits.ts";
import { SectionReader, SectionTail, type SectionTies } from "../section-reader.ts";
import type { RandomStream } from "../stored-stream.ts";
import type { HoleyStream } from "./holey-stream.ts";

/** The index of a section, where all of it is here. Its lines by path. */
export interface KnownIndex {
  readonly reader: SectionTail;
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
    const reader = await openTail(name, withoutHoles(stream, stream.sizeBytes), ties);
    const lines = new Map<EntryPath, IndexLine>();
    for await (const batch of indexBatches(reader)) for (const line of batch) lines.set(line.path, line);
    return { reader, lines };
  } catch (cause) {
    if (cause instanceof FormatError) return undefined;
    throw cause;
  }
}

/** Where section.json is lost, the index still tells what is here; one that names another archive is not believed. */
async function openTail(name: SectionName, stream: RandomStream, ties: SectionTies): Promise<SectionTail> {
  try {
    return await SectionReader.open(name, stream, ties);
  } catch (cause) {
    if (!(cause instanceof FormatError) || cause.code === "unbound") throw cause;
    return SectionTail.openTail(name, stream);
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

/** Takes an inventory in parts, as far as it goes: up to a last line that is cut, or to one that is none. */
export class InventoryReader {
  readonly #take: (line: InventoryLine) => void;
  #rest: Buffer = Buffer.alloc(0);
  #isOver = false;

  constructor(take: (line: InventoryLine) => void) {
    this.#take = take;
  }

  push(part: Buffer): void {
    if (this.#isOver) return;
    const bytes = Buffer.concat([this.#rest, part]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.#rest = bytes.subarray(end);
    try {
      for (const line of splitLines(bytes.subarray(0, end), "an inventory"))
        this.#take(parseInventoryLine(line));
      this.#isOver = this.#rest.length > limits.lineBytes;
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause;
      this.#isOver = true;
    }
    if (this.#isOver) this.#rest = Buffer.alloc(0);
  }
}
