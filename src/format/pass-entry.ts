import { createHash, hash } from "node:crypto";
import { displayPath } from "./entry-path.ts";
import type { FileLine, SectionName, StoredLine } from "./entry.ts";
import { FormatError } from "./errors.ts";
import { encodeEntryHeader, paddingAfter } from "./inner-tar.ts";
import type { TarCursor } from "./tar-cursor.ts";
import { isZero } from "./ustar.ts";
import type { EntryVisitor } from "./visitor.ts";

/** Holds one record to its index line: header, content, digest, padding. */
export async function passEntry(
  cursor: TarCursor,
  line: StoredLine,
  section: SectionName,
  visitor: EntryVisitor,
): Promise<void> {
  const header = encodeEntryHeader(line);
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

/** Content that is not that of the index line. */
export function mismatch(line: StoredLine, section: string): FormatError {
  const path = displayPath(line.path);
  return new FormatError("digest-mismatch", `${path} is not what it was when the archive was made`, {
    place: { section, path },
  });
}
