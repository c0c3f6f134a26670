import { controlPath, encodeControlHeader, paddingAfter } from "./inner-tar.ts";
import type { SectionName } from "./entry.ts";
import { FormatError } from "./errors.ts";
import { decompressFrame } from "./frame.ts";
import { limits } from "./limits.ts";
import { SeekTable, parseSeekTableFooter, seekTableBytes, seekTableFooterBytes } from "./seek-table.ts";
import {
  type Close,
  type SectionHeader,
  encodeSectionHeader,
  parseClose,
  parseSectionHeader,
} from "./section.ts";
import type { RandomStream } from "./stored-stream.ts";
import { blockBytes, isZero, readOctal } from "./ustar.ts";

/** What a section must agree with. */
export interface SectionTies {
  readonly archiveId: string;
  readonly manifestSha256: string;
  readonly plainSegmentsSha256: string;
}

/** The end of a section: seek table and close.json, which lead to its index. Content is read frame by frame. */
export class SectionTail {
  readonly name: SectionName;
  readonly close: Close;
  readonly frames: SeekTable;
  readonly #stream: RandomStream;

  protected constructor(
    name: SectionName,
    stream: RandomStream,
    { frames, close }: { frames: SeekTable; close: Close },
  ) {
    this.name = name;
    this.#stream = stream;
    this.frames = frames;
    this.close = close;
  }

  /** `stream` is the section's zstd stream. Throws when its structure does not hold. */
  static async openTail(name: SectionName, stream: RandomStream): Promise<SectionTail> {
    return new SectionTail(name, stream, await readTail(name, stream));
  }

  /** The decoded bytes of one frame. */
  async frame(index: number): Promise<Buffer> {
    return readFrame(this.#stream, this.frames, index, this.name);
  }

  /** Bytes of the tar stream at which the index's record begins, after the last entry. */
  get indexStart(): number {
    return (
      this.close.index.offset -
      encodeControlHeader(controlPath(this.name, "index.jsonl"), this.close.index.bytes).length
    );
  }
}

/** A section opened from its end and held to its archive: seek table, close.json, section.json. */
export class SectionReader extends SectionTail {
  readonly header: SectionHeader;

  private constructor(
    name: SectionName,
    stream: RandomStream,
    parts: { frames: SeekTable; close: Close; header: SectionHeader },
  ) {
    super(name, stream, parts);
    this.header = parts.header;
  }

  /** Throws when structure or bindings do not hold. */
  static async open(name: SectionName, stream: RandomStream, ties: SectionTies): Promise<SectionReader> {
    const { frames, close } = await readTail(name, stream);
    if (name === "sealed" && close.plainSegmentsSha256 !== ties.plainSegmentsSha256) {
      throw new FormatError(
        "unbound",
        "the plain section is not the one that the sealed section was made with",
        { place: { section: "plain" } },
      );
    }
    const header = parseHeaderRecord(await readStart(stream, frames, name), name);
    if (header.archiveId !== ties.archiveId || header.manifestSha256 !== ties.manifestSha256) {
      throw new FormatError("unbound", `the ${name} section belongs to another archive or manifest`, {
        place: { section: name },
      });
    }
    return new SectionReader(name, stream, { frames, close, header });
  }

  /** Bytes of the tar stream at which the inventory's record begins. */
  get inventoryStart(): number {
    const json = encodeSectionHeader(this.header);
    const header = encodeControlHeader(controlPath(this.name, "section.json"), json.length);
    return header.length + json.length + paddingAfter(json.length);
  }
}

async function readTail(
  name: SectionName,
  stream: RandomStream,
): Promise<{ frames: SeekTable; close: Close }> {
  const frames = await readSeekTable(name, stream);
  const close = parseCloseRecord(await readFrame(stream, frames, frames.length - 1, name), name);
  checkIndexPlace(name, frames, close);
  return { frames, close };
}

async function readSeekTable(name: SectionName, stream: RandomStream): Promise<SeekTable> {
  if (stream.sizeBytes < seekTableBytes(1))
    throw new FormatError("bad-seek-table", `the ${name} section is too short`);
  const footer = await stream.read(stream.sizeBytes - seekTableFooterBytes, seekTableFooterBytes);
  const frames = parseSeekTableFooter(footer);
  const length = seekTableBytes(frames);
  // Section header, inventory, index header and close stand in frames of their own.
  if (frames < 3 || length > stream.sizeBytes)
    throw new FormatError("bad-seek-table", `the ${name} section has an impossible seek table`);
  // A copy: what is read is overwritten by the next reading, and the table is kept.
  const table = Buffer.from(await stream.read(stream.sizeBytes - length, length));
  return new SeekTable(table, stream.sizeBytes - length);
}

async function readFrame(
  stream: RandomStream,
  frames: SeekTable,
  index: number,
  section: SectionName,
): Promise<Buffer> {
  const place = frames.place(index);
  const content = decompressFrame(await stream.read(place.storedOffset, place.storedBytes));
  if (content.length !== place.contentBytes) {
    throw new FormatError(
      "bad-seek-table",
      `frame ${index} of the ${section} section is not as long as its seek table says`,
    );
  }
  return content;
}

/** As many leading frames as section.json takes. */
async function readStart(stream: RandomStream, frames: SeekTable, name: SectionName): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  let wanted = blockBytes;
  for (let index = 0; index < frames.length && bytes < wanted; index++) {
    const part = await readFrame(stream, frames, index, name);
    parts.push(part);
    bytes += part.length;
    if (index === 0) wanted = blockBytes + (readOctal(part, 124, 11) ?? 0);
    if (wanted > limits.sectionHeaderBytes)
      throw new FormatError("limit-exceeded", `section.json of the ${name} section is too long`);
  }
  return Buffer.concat(parts);
}

function parseHeaderRecord(start: Buffer, name: SectionName): SectionHeader {
  const size = start.length < blockBytes ? undefined : readOctal(start, 124, 11);
  const content = start.subarray(blockBytes, blockBytes + (size ?? 0));
  if (size === undefined || content.length !== size)
    throw new FormatError("bad-tar", `the ${name} section does not begin with section.json`);
  const header = encodeControlHeader(controlPath(name, "section.json"), size);
  if (!header.equals(start.subarray(0, header.length))) {
    throw new FormatError("bad-tar", `the ${name} section does not begin with section.json`);
  }
  return parseSectionHeader(content, name);
}

/** The last frame: close.json's record and the two zero blocks that end a tar. */
function parseCloseRecord(frame: Buffer, name: SectionName): Close {
  const size = frame.length < blockBytes ? undefined : readOctal(frame, 124, 11);
  const wrong = new FormatError("bad-tar", `the ${name} section does not end with close.json`);
  if (size === undefined || size > limits.closeBytes) throw wrong;
  const header = encodeControlHeader(controlPath(name, "close.json"), size);
  const length = header.length + size + paddingAfter(size) + 2 * blockBytes;
  const fits = frame.length === length && header.equals(frame.subarray(0, header.length));
  if (!fits || !isZero(frame.subarray(header.length + size))) throw wrong;
  return parseClose(frame.subarray(header.length, header.length + size), name);
}

/** index.jsonl begins a frame and reaches exactly to close.json's. */
function checkIndexPlace(name: SectionName, frames: SeekTable, { index }: Close): void {
  const header = encodeControlHeader(controlPath(name, "index.jsonl"), index.bytes);
  const start = index.offset - header.length;
  const end = index.offset + index.bytes + paddingAfter(index.bytes);
  const closeStart = frames.contentOffsets[frames.length - 1]!;
  const beginsFrame =
    start > 0 && start < closeStart && frames.contentOffsets[frames.indexAt(start)] === start;
  if (!beginsFrame || end !== closeStart) {
    throw new FormatError("bad-index", `the index of the ${name} section is not where close.json says`);
  }
}
