import { createHash, hash } from "node:crypto";
import { displayPath } from "./entry-path.ts";
import type { FileLine, SectionName, StoredLine } from "./entry.ts";
import { FormatError } from "./errors.ts";
import { encodeEntryHeader, entryHeaderBound, paddingAfter } from "./inner-tar.ts";
import { limits } from "./limits.ts";
import type { TarCursor } from "./tar-cursor.ts";
import { isZero, padded } from "./ustar.ts";
import type { EntryVisitor } from "./visitor.ts";

/** The longest header there is, for the longest path and link target. */
const headerBuffer = Buffer.allocUnsafeSlow(entryHeaderBound(limits.pathBytes, limits.targetBytes));

/**
 * Holds one record to its index line: header, content, digest, padding. The promise is to be awaited; there is none
 * where the frame at hand held all of the record, as nearly all frames do: promises cost as much as a small file.
 */
export function passEntry(
  cursor: TarCursor,
  line: StoredLine,
  section: SectionName,
  visitor: EntryVisitor,
): Promise<void> | undefined {
  const header = encodeEntryHeader(line, headerBuffer);
  const size = line.type === "file" ? line.size : 0;
  const record = cursor.within(header.length + padded(size));
  // A copy: the buffer serves the next entry of whoever reads meanwhile.
  if (record === undefined) return passAcross({ cursor, section, visitor }, line, Buffer.from(header));
  const contentEnd = header.length + size;
  if (header.compare(record, 0, header.length) !== 0) throw changed(line, section);
  visitor.begin(line, section);
  if (line.type === "file") {
    const content = record.subarray(header.length, contentEnd);
    if (size > 0) visitor.content(content);
    checkZeroTail(line, content, 0);
    if (hash("sha256", content, "hex") !== line.sha256) throw mismatch(line, section);
    if (!isZero(record.subarray(contentEnd))) throw cursor.wrong(displayPath(line.path));
  }
  visitor.end(line);
  return undefined;
}

interface Passing {
  readonly cursor: TarCursor;
  readonly section: SectionName;
  readonly visitor: EntryVisitor;
}

/** The same for a record that lies in several frames. */
async function passAcross(
  { cursor, section, visitor }: Passing,
  line: StoredLine,
  header: Buffer,
): Promise<void> {
  const there = cursor.within(header.length);
  if (there === undefined) await cursor.expect(header, () => displayPath(line.path));
  else if (!header.equals(there)) throw changed(line, section);
  visitor.begin(line, section);
  if (line.type === "file") {
    const sha256 = await passContent(cursor, line, visitor);
    if (sha256 !== line.sha256) throw mismatch(line, section);
    await cursor.expectZeros(paddingAfter(line.size), () => displayPath(line.path));
  }
  visitor.end(line);
}

async function passContent(cursor: TarCursor, line: FileLine, visitor: EntryVisitor): Promise<string> {
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

/** Content that is not that of the index line. */
export function mismatch(line: StoredLine, section: string): FormatError {
  const path = displayPath(line.path);
  return new FormatError("digest-mismatch", `${path} is not what it was when the archive was made`, {
    place: { section, path },
  });
}
