import { createHash, hash } from "node:crypto";
import { type EntryPath, displayPath } from "./entry-path.ts";
import { type FileLine, type IndexLine, type StoredLine, isStored } from "./entry.ts";
import { FormatError } from "./errors.ts";
import type { ProvedSection } from "./index-check.ts";
import { LineCursor, splitLines } from "./index-reader.ts";
import { parseInventoryLine } from "./index-line.ts";
import {
  controlPath,
  encodeControlHeader,
  encodeEntryHeader,
  entryHeaderBytes,
  paddingAfter,
} from "./inner-tar.ts";
import { limits } from "./limits.ts";
import { encodeSectionHeader } from "./section.ts";
import { TarCursor } from "./tar-cursor.ts";
import { isZero } from "./ustar.ts";
import type { EntryVisitor } from "./visitor.ts";

export interface WalkOptions {
  /** Decoded bytes of the tar stream as they are read. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Reads a whole section from first to last byte, holds the tar stream to its index byte by byte and every file to its
 * digest, and hands the entries to `visitor` on the way. The inventory is held to the index, too.
 */
export async function walkSection(
  proved: ProvedSection,
  visitor: EntryVisitor,
  { onBytes }: WalkOptions = {},
): Promise<void> {
  const cursor = new TarCursor(proved.reader, onBytes);
  await passHeader(proved, cursor);
  await passInventory(proved, cursor);
  const lines = new LineCursor(proved.reader);
  for (;;) {
    if (!lines.ready) await lines.fill();
    const line = lines.current;
    if (line === undefined) break;
    if (isStored(line)) await passEntry(cursor, line, proved, visitor);
    else visitor.absent?.(line, proved.reader.name);
    lines.advance();
  }
  // What follows, index and close.json, was read through its frames when the index was proved.
  if (cursor.offset !== proved.reader.indexStart) {
    throw new FormatError(
      "bad-tar",
      `the entries of the ${proved.reader.name} section do not end where they should`,
    );
  }
}

/** Reads only the entries that `select` names, each held to its index line and digest, without reading the others. */
export async function walkSelected(
  proved: ProvedSection,
  select: (line: IndexLine) => boolean,
  visitor: EntryVisitor,
): Promise<void> {
  const cursor = new TarCursor(proved.reader);
  const lines = new LineCursor(proved.reader);
  let offset = proved.entriesStart;
  for (;;) {
    if (!lines.ready) await lines.fill();
    const line = lines.current;
    if (line === undefined) break;
    const wanted = select(line);
    if (isStored(line)) {
      if (wanted) {
        await cursor.seek(offset);
        await passEntry(cursor, line, proved, visitor);
      }
      offset += recordBytes(line);
    } else if (wanted) visitor.absent?.(line, proved.reader.name);
    lines.advance();
  }
}

const pieceBytes = 1024 * 1024;

/** The content of one file, in pieces, without proof of its end: {@link proveFile} first. */
export async function* readFileContent({ reader }: ProvedSection, line: FileLine): AsyncGenerator<Buffer> {
  const cursor = new TarCursor(reader);
  await cursor.seek(line.offset);
  for (let rest = line.size; rest > 0;) {
    const piece = Buffer.allocUnsafe(Math.min(rest, pieceBytes));
    let at = 0;
    await cursor.pass(piece.length, (part) => {
      at += part.copy(piece, at);
    });
    rest -= piece.length;
    yield piece;
  }
}

/** Reads one file to its end and holds it to its digest. */
export async function proveFile(proved: ProvedSection, line: FileLine): Promise<void> {
  const digest = createHash("sha256");
  for await (const piece of readFileContent(proved, line)) digest.update(piece);
  if (digest.digest("hex") !== line.sha256) throw mismatch(line, proved.reader.name);
}

/** Bytes an entry takes in the tar stream. */
function recordBytes(line: StoredLine): number {
  const content = line.type === "file" ? line.size + paddingAfter(line.size) : 0;
  return entryHeaderBytes(line) + content;
}

async function passHeader({ reader }: ProvedSection, cursor: TarCursor): Promise<void> {
  const json = encodeSectionHeader(reader.header);
  await cursor.expect(
    encodeControlHeader(controlPath(reader.name, "section.json"), json.length),
    () => "section.json",
  );
  await cursor.expect(json, () => "section.json");
  await cursor.expectZeros(paddingAfter(json.length), () => "section.json");
}

/** Every planned path occurs once in the index, and what else stands there has no content. Type and size may have changed. */
async function passInventory({ reader, inventory }: ProvedSection, cursor: TarCursor): Promise<void> {
  const header = encodeControlHeader(controlPath(reader.name, "inventory.jsonl"), inventory.bytes);
  await cursor.expect(header, () => "inventory.jsonl");
  const lines = new LineCursor(reader);
  const what = `the inventory of the ${reader.name} section`;
  for await (const text of inventoryLines(cursor, inventory.bytes, what)) {
    const planned = parseInventoryLine(text);
    const written = await passUnplanned(lines, planned.path);
    if (written?.path !== planned.path) {
      throw new FormatError(
        "bad-index",
        `${what} and its index name different entries: ${displayPath(planned.path)}`,
      );
    }
    if (planned.type !== "file" && planned.size !== 0) {
      throw new FormatError("bad-index", `${what} gives a size to what is no file`);
    }
    lines.advance();
  }
  if ((await passUnplanned(lines, undefined)) !== undefined) {
    throw new FormatError("bad-index", `${what} has fewer entries than its index`);
  }
  await cursor.expectZeros(paddingAfter(inventory.bytes), () => "inventory.jsonl");
}

/** The next index line that is `path` or stands for content. */
async function passUnplanned(lines: LineCursor, path: EntryPath | undefined): Promise<IndexLine | undefined> {
  for (;;) {
    if (!lines.ready) await lines.fill();
    const { current } = lines;
    if (current === undefined || current.path === path || isStored(current) || current.status === "moved")
      return current;
    lines.advance();
  }
}

async function* inventoryLines(cursor: TarCursor, bytes: number, what: string): AsyncGenerator<string> {
  let held: Buffer = Buffer.alloc(0);
  let rest = bytes;
  while (rest > 0) {
    let part: Buffer = Buffer.alloc(0);
    // Pieces of bounded size, so that a long inventory is never held whole.
    const length = Math.min(rest, limits.lineBytes);
    await cursor.pass(length, (bytesOfPart) => (part = Buffer.concat([part, bytesOfPart])));
    rest -= length;
    held = Buffer.concat([held, part]);
    const end = held.lastIndexOf(0x0a) + 1;
    if (end > 0) yield* splitLines(held.subarray(0, end), what);
    held = held.subarray(end);
    if (held.length > limits.lineBytes)
      throw new FormatError("limit-exceeded", `${what} has a line that is too long`);
  }
  if (held.length > 0) throw new FormatError("bad-index", `${what} does not end with a line feed`);
}

async function passEntry(
  cursor: TarCursor,
  line: StoredLine,
  { reader }: ProvedSection,
  visitor: EntryVisitor,
): Promise<void> {
  const header = encodeEntryHeader(line);
  const there = cursor.within(header.length);
  if (there === undefined) await cursor.expect(header, () => displayPath(line.path));
  else if (!header.equals(there)) throw changed(line, reader.name);
  visitor.begin(line, reader.name);
  if (line.type === "file") {
    const sha256 = await passContent(cursor, line, visitor);
    if (sha256 !== line.sha256) throw mismatch(line, reader.name);
    await cursor.expectZeros(paddingAfter(line.size), () => displayPath(line.path));
  }
  visitor.end(line);
}

async function passContent(cursor: TarCursor, line: FileLine, visitor: EntryVisitor): Promise<string> {
  const whole = cursor.within(line.size);
  if (whole !== undefined) {
    if (whole.length > 0) visitor.content(whole);
    checkZeroTail(line, whole, 0);
    return hash("sha256", whole, "hex");
  }
  const digest = createHash("sha256");
  let at = 0;
  await cursor.pass(line.size, (part) => {
    digest.update(part);
    visitor.content(part);
    checkZeroTail(line, part, at);
    at += part.length;
  });
  return digest.digest("hex");
}

/** The bytes after `validBytes` stand for what could not be read: they are zeros. */
function checkZeroTail(line: FileLine, part: Buffer, at: number): void {
  if (line.validBytes === undefined || at + part.length <= line.validBytes) return;
  const tail = part.subarray(Math.max(0, line.validBytes - at));
  if (!isZero(tail))
    throw new FormatError("bad-index", `${displayPath(line.path)} has content where it says it has none`);
}

function changed(line: StoredLine, section: string): FormatError {
  const path = displayPath(line.path);
  return new FormatError("bad-tar", `the tar header of ${path} is not that of its index line`, {
    place: { section, path },
  });
}

function mismatch(line: StoredLine, section: string): FormatError {
  const path = displayPath(line.path);
  return new FormatError("digest-mismatch", `${path} is not what it was when the archive was made`, {
    place: { section, path },
  });
}
