import { createHash } from "node:crypto";
import { type FileLine, type IndexLine, type SectionName, isStored } from "./entry.ts";
import { FormatError } from "./errors.ts";
import type { ProvedSection } from "./index-check.ts";
import { LineCursor } from "./index-reader.ts";
import { controlPath, encodeControlHeader, paddingAfter } from "./inner-tar.ts";
import { mismatch, passEntry } from "./pass-entry.ts";
import { passInventory } from "./pass-inventory.ts";
import { encodeSectionHeader } from "./section.ts";
import { recordBytes } from "./section-parts.ts";
import { TarCursor } from "./tar-cursor.ts";
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
  await passInventory(proved.reader, proved.inventory, cursor);
  const lines = new LineCursor(proved.reader);
  for (;;) {
    if (!lines.ready) await lines.fill();
    const line = lines.current;
    if (line === undefined) break;
    if (isStored(line)) {
      const passing = passEntry(cursor, line, proved.reader.name, visitor);
      if (passing !== undefined) await passing;
    } else visitor.absent?.(line, proved.reader.name);
    lines.advance();
  }
  // What follows, index and close.json, was read through its frames when the index was proved.
  checkEnd(cursor, proved.reader.indexStart, proved.reader.name);
  cursor.close();
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
        await passEntry(cursor, line, proved.reader.name, visitor);
      }
      offset += recordBytes(line);
    } else if (wanted) visitor.absent?.(line, proved.reader.name);
    lines.advance();
  }
}

const pieceBytes = 1024 * 1024;

/** The content of one file, in pieces, without proof of its end: {@link proveFile} first. */
export async function* readFileContent(
  { reader }: Pick<ProvedSection, "reader">,
  line: FileLine,
): AsyncGenerator<Buffer> {
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
export async function proveFile(proved: Pick<ProvedSection, "reader">, line: FileLine): Promise<void> {
  const digest = createHash("sha256");
  for await (const piece of readFileContent(proved, line)) digest.update(piece);
  if (digest.digest("hex") !== line.sha256) throw mismatch(line, proved.reader.name);
}

/** Section.json with its header and padding. */
export async function passHeader(
  { reader }: Pick<ProvedSection, "reader">,
  cursor: TarCursor,
): Promise<void> {
  const json = encodeSectionHeader(reader.header);
  await cursor.expect(
    encodeControlHeader(controlPath(reader.name, "section.json"), json.length),
    () => "section.json",
  );
  await cursor.expect(json, () => "section.json");
  await cursor.expectZeros(paddingAfter(json.length), () => "section.json");
}

/** The entries at hand end where what follows them begins. */
export function checkEnd(cursor: TarCursor, offset: number, section: SectionName): void {
  if (cursor.offset === offset) return;
  throw new FormatError("bad-tar", `the entries of the ${section} section do not end where they should`);
}
