import { type EntryPath, displayPath } from "./entry-path.ts";
import { isStored } from "./entry.ts";
import { FormatError } from "./errors.ts";
import type { ProvedSection } from "./index-check.ts";
import { parseInventoryLine } from "./index-line.ts";
import { LineCursor, splitLines } from "./index-reader.ts";
import { controlPath, encodeControlHeader, paddingAfter } from "./inner-tar.ts";
import { limits } from "./limits.ts";
import type { SectionTail } from "./section-reader.ts";
import type { TarCursor } from "./tar-cursor.ts";

/** Every planned path occurs once in the index, and what else stands there has no content. Type and size may have changed. */
export async function passInventory(
  reader: SectionTail,
  inventory: ProvedSection["inventory"],
  cursor: TarCursor,
): Promise<void> {
  const header = encodeControlHeader(controlPath(reader.name, "inventory.jsonl"), inventory.bytes);
  await cursor.expect(header, () => "inventory.jsonl");
  const lines = new LineCursor(reader);
  const what = `the inventory of the ${reader.name} section`;
  for await (const texts of inventoryLines(cursor, inventory.bytes, what)) {
    for (const text of texts) {
      const planned = parseInventoryLine(text);
      while (!atPlanned(lines, planned.path)) await lines.fill();
      if (lines.current?.path !== planned.path) {
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
  }
  while (!atPlanned(lines, undefined)) await lines.fill();
  if (lines.current !== undefined)
    throw new FormatError("bad-index", `${what} has fewer entries than its index`);
  await cursor.expectZeros(paddingAfter(inventory.bytes), () => "inventory.jsonl");
}

/**
 * Goes on to the next index line that is `path` or stands for content, or behind the last. False where more lines must
 * be read first.
 */
function atPlanned(lines: LineCursor, path: EntryPath | undefined): boolean {
  for (; lines.ready; lines.advance()) {
    const { current } = lines;
    if (current === undefined || current.path === path || isStored(current) || current.status === "moved")
      return true;
  }
  return false;
}

/** Some at a time. */
async function* inventoryLines(
  cursor: TarCursor,
  bytes: number,
  what: string,
): AsyncGenerator<readonly string[]> {
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
    if (end > 0) yield splitLines(held.subarray(0, end), what);
    held = held.subarray(end);
    if (held.length > limits.lineBytes)
      throw new FormatError("limit-exceeded", `${what} has a line that is too long`);
  }
  if (held.length > 0) throw new FormatError("bad-index", `${what} does not end with a line feed`);
}
