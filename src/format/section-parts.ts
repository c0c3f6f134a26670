import { type StoredLine, isStored } from "./entry.ts";
import type { ProvedSection } from "./index-check.ts";
import { indexTexts } from "./index-reader.ts";
import { parseIndexLine } from "./index-line.ts";
import { entryHeaderBytes, paddingAfter } from "./inner-tar.ts";
import type { SectionLayout } from "./section-layout.ts";
import type { SectionReader } from "./section-reader.ts";
import type { SegmentRange } from "./stored-stream.ts";
import { storedChunkStart } from "./unsealed-stream.ts";

/**
 * A run of entries that is read for itself: a part of a section's tar stream that begins with a frame, and where its
 * index lines lie. Plain data.
 */
export interface SectionPart {
  /** The index frame of the first line, and where in it the line begins. */
  readonly indexFrame: number;
  readonly indexAt: number;
  /** Lines, the absent ones among them. */
  readonly lines: number;
  /** Bytes of the tar stream. */
  readonly start: number;
  readonly end: number;
  /** The segments that whoever reads the part holds to their digests: each belongs to one part. */
  readonly segments: SegmentRange;
}

/**
 * Cuts a section into parts of about that many stored bytes. A part begins where an entry and a frame begin, so that a
 * frame is read for one part only; a file of many frames is in one part. The index is proved: its numbers are taken.
 */
export async function cutSection(
  { reader, entriesStart }: ProvedSection,
  layout: SectionLayout,
  partBytes: number,
): Promise<SectionPart[]> {
  const cutter = new Cutter(reader, layout, { start: entriesStart, partBytes });
  for await (const { frame, bytes, at } of indexTexts(reader)) {
    for (let from = at; from < bytes.length;) {
      const end = bytes.indexOf(lineFeed, from);
      cutter.accept(bytes.toString("latin1", from, end), { frame, at: from });
      from = end + 1;
    }
  }
  return cutter.end();
}

const lineFeed = 0x0a;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

class Cutter {
  readonly #reader: SectionReader;
  readonly #layout: SectionLayout;
  readonly #partBytes: number;
  readonly #parts: Mutable<SectionPart>[] = [];
  /** Where the next record begins, and the first frame that does not begin before it. */
  #offset: number;
  #frame = 0;
  #storedStart = 0;

  constructor(
    reader: SectionReader,
    layout: SectionLayout,
    { start, partBytes }: { readonly start: number; readonly partBytes: number },
  ) {
    this.#reader = reader;
    this.#layout = layout;
    this.#partBytes = partBytes;
    this.#offset = start;
  }

  accept(text: string, place: { readonly frame: number; readonly at: number }): void {
    const record = recordEnd(text, this.#offset);
    if (this.#parts.length === 0) this.#begin(place, 0);
    else if (record > this.#offset) this.#cutBefore(place);
    this.#parts.at(-1)!.lines += 1;
    this.#offset = record;
  }

  end(): SectionPart[] {
    // Segments are to be proved also where there is no entry.
    if (this.#parts.length === 0) this.#begin({ frame: 0, at: 0 }, 0);
    this.#close(this.#parts.at(-1)!, this.#layout.segments.length);
    return this.#parts;
  }

  #cutBefore(place: { readonly frame: number; readonly at: number }): void {
    const { contentOffsets } = this.#reader.frames;
    while (contentOffsets[this.#frame]! < this.#offset) this.#frame += 1;
    if (contentOffsets[this.#frame] !== this.#offset) return;
    const stored = this.#storedAt(this.#frame);
    const segment = Math.floor(stored / this.#layout.segmentBytes);
    const last = this.#parts.at(-1)!;
    if (stored - this.#storedStart < this.#partBytes || segment === last.segments[0]) return;
    this.#close(last, segment);
    this.#storedStart = stored;
    this.#begin(place, segment);
  }

  #begin(place: { readonly frame: number; readonly at: number }, segment: number): void {
    const { frame: indexFrame, at: indexAt } = place;
    const start = this.#offset;
    this.#parts.push({ indexFrame, indexAt, lines: 0, start, end: start, segments: [segment, segment] });
  }

  #close(part: Mutable<SectionPart>, segment: number): void {
    part.end = this.#offset;
    part.segments = [part.segments[0], segment];
  }

  #storedAt(frame: number): number {
    const at = this.#reader.frames.storedOffsets[frame]!;
    return this.#layout.name === "sealed" ? storedChunkStart(at) : at;
  }
}

/** Only a stored file has an offset. A quote inside of a string is escaped: these are keys, wherever they stand. */
const fileNumbers = /"offset":(\d+),.*"size":(\d+),/;

/** Where the record of a line ends that begins at `offset`. */
function recordEnd(text: string, offset: number): number {
  const [, content, size] = fileNumbers.exec(text) ?? [];
  if (content !== undefined) return Number(content) + Number(size) + paddingAfter(Number(size));
  if (text.startsWith('{"absent":')) return offset;
  const line = parseIndexLine(Buffer.from(text, "latin1").toString());
  return isStored(line) ? offset + recordBytes(line) : offset;
}

/** Bytes an entry takes in the tar stream. */
export function recordBytes(line: StoredLine): number {
  const content = line.type === "file" ? line.size + paddingAfter(line.size) : 0;
  return entryHeaderBytes(line) + content;
}
