import { FormatError } from "../errors.ts";
import { decompressFrame, frameLength } from "../frame.ts";
import { limits } from "../limits.ts";
import { SeekTable, parseSeekTableFooter, seekTableBytes, seekTableFooterBytes } from "../seek-table.ts";
import type { HoleyStream } from "./holey-stream.ts";

/** A frame that decodes. */
export interface FoundFrame {
  readonly content: Buffer;
  /** Where its content begins in the tar stream; undefined after a hole of unknown size. */
  readonly contentOffset: number | undefined;
  /** It follows the frame before it without a hole. */
  readonly joined: boolean;
  /** All its stored bytes lie in segments whose digests hold. */
  readonly proved: boolean;
  /** Its place in the stream. */
  readonly storedOffset: number;
  readonly storedBytes: number;
}

/** What the search for frames tells besides them. */
export interface FrameSearch {
  /** Where it was given up: what comes after was not looked at. */
  gaveUpAt?: number;
  /** Where the seek table begins that it went by. */
  tableOffset?: number;
}

const stepBytes = 512 * 1024;
const magic = Buffer.from("28b52ffd", "hex");
/**
 * Bytes that may be read in vain: a file can be full of what looks like the start of a frame, and each costs as much as
 * a frame to disprove. After that what is left counts as lost.
 */
const vainBytesMax = 256 * 1024 * 1024;

/** A frame that does not compress is little longer than its content. */
const storedFrameBytesMax = limits.frameBytes + limits.frameBytes / 64 + 1024;

/** Where in the stored and in the decoded stream to go on. */
interface Start {
  readonly storedOffset: number;
  readonly contentOffset: number;
}

const streamStart: Start = { storedOffset: 0, contentOffset: 0 };

/** All frames of a section that decode, in order: by the seek table where that is here, else from magic to magic. */
export async function* findFrames(stream: HoleyStream, search: FrameSearch): AsyncGenerator<FoundFrame> {
  const table = await readTable(stream);
  if (table !== undefined) search.tableOffset = table.place(table.length).storedOffset;
  yield* table === undefined ? scanFrames(stream, search, streamStart) : tabledFrames(stream, table, search);
}

/** The seek table, where the tail is whole enough to have it. */
async function readTable(stream: HoleyStream): Promise<SeekTable | undefined> {
  const { sizeBytes } = stream;
  if (sizeBytes === undefined || sizeBytes < seekTableBytes(1)) return undefined;
  const footer = await stream.readUpTo(sizeBytes - seekTableFooterBytes, seekTableFooterBytes);
  if (footer.length < seekTableFooterBytes) return undefined;
  return orUndefined(async () => {
    const length = seekTableBytes(parseSeekTableFooter(footer));
    if (length > sizeBytes) return undefined;
    return new SeekTable(await stream.readUpTo(sizeBytes - length, length), sizeBytes - length);
  });
}

/** A frame that decodes to another size than the table says proves the table wrong: from there on it is not believed. */
async function* tabledFrames(
  stream: HoleyStream,
  table: SeekTable,
  search: FrameSearch,
): AsyncGenerator<FoundFrame> {
  let joined = true;
  for (let index = 0; index < table.length; index++) {
    const { storedOffset, storedBytes, contentOffset, contentBytes } = table.place(index);
    const bytes = await stream.readUpTo(storedOffset, Math.min(storedBytes, storedFrameBytesMax));
    const content =
      bytes.length === storedBytes ? await orUndefined(() => decompressFrame(bytes)) : undefined;
    if (content !== undefined && content.length !== contentBytes) {
      delete search.tableOffset;
      return yield* scanFrames(stream, search, { storedOffset, contentOffset });
    }
    if (content === undefined) joined = false;
    else {
      const proved = stream.isProved(storedOffset, storedBytes);
      yield { content, contentOffset, joined, proved, storedOffset, storedBytes };
      joined = true;
    }
  }
}

async function* scanFrames(
  stream: HoleyStream,
  search: FrameSearch,
  start: Start,
): AsyncGenerator<FoundFrame> {
  let offset: number | undefined = start.storedOffset;
  let contentOffset: number | undefined = start.contentOffset;
  let joined = true;
  let vainBytes = 0;
  while (offset !== undefined && vainBytes < vainBytesMax) {
    const frame = await frameAt(stream, offset);
    if (!("content" in frame)) {
      joined = false;
      contentOffset = undefined;
      vainBytes += frame.vainBytes;
      offset = await nextMagic(stream, offset + 1);
      continue;
    }
    yield {
      content: frame.content,
      contentOffset,
      joined,
      proved: stream.isProved(offset, frame.storedBytes),
      storedOffset: offset,
      storedBytes: frame.storedBytes,
    };
    if (contentOffset !== undefined) contentOffset += frame.content.length;
    offset += frame.storedBytes;
    joined = true;
  }
  if (offset !== undefined) search.gaveUpAt = offset;
}

/** The frame that begins at `offset`, or how many bytes it took to see that there is none. */
async function frameAt(
  stream: HoleyStream,
  offset: number,
): Promise<{ content: Buffer; storedBytes: number } | { vainBytes: number }> {
  let vainBytes = 0;
  for (let length = stepBytes; ; length *= 2) {
    const bytes = await stream.readUpTo(offset, Math.min(length, storedFrameBytesMax));
    const decoded = await orUndefined(() => {
      const storedBytes = frameLength(bytes);
      return storedBytes === undefined
        ? "more"
        : { storedBytes, content: decompressFrame(bytes.subarray(0, storedBytes)) };
    });
    vainBytes += bytes.length;
    if (decoded !== undefined && decoded !== "more") return decoded;
    if (decoded === undefined || bytes.length < length) return { vainBytes };
  }
}

async function nextMagic(stream: HoleyStream, from: number): Promise<number | undefined> {
  let offset = await stream.nextPresent(from);
  while (offset !== undefined) {
    const bytes = await stream.readUpTo(offset, stepBytes);
    const found = bytes.indexOf(magic);
    if (found !== -1) return offset + found;
    // The magic may lie across the border of two reads.
    const onwards: number =
      offset + Math.max(1, bytes.length < stepBytes ? bytes.length : bytes.length - magic.length + 1);
    offset = await stream.nextPresent(onwards);
  }
  return undefined;
}

async function orUndefined<T>(decode: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await decode();
  } catch (cause) {
    if (cause instanceof FormatError) return undefined;
    throw cause;
  }
}
