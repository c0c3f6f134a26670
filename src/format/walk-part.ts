import { isStored } from "./entry.ts";
import { FormatError } from "./errors.ts";
import type { ProvedSection } from "./index-check.ts";
import { parseIndexLine } from "./index-line.ts";
import { indexTexts, splitLines } from "./index-reader.ts";
import { controlPath, encodeControlHeader } from "./inner-tar.ts";
import { passEntry } from "./pass-entry.ts";
import { passInventory } from "./pass-inventory.ts";
import type { SectionPart } from "./section-parts.ts";
import type { SectionTail } from "./section-reader.ts";
import { TarCursor } from "./tar-cursor.ts";
import type { EntryVisitor } from "./visitor.ts";
import { type WalkOptions, checkEnd } from "./walk.ts";

/** Reads parts of a section in any order, each as strictly as `walkSection` reads the whole. */
export class PartWalker {
  readonly #section: SectionTail;
  /** Parts that follow each other have their lines in the same index frame. */
  #index: { readonly frame: number; readonly bytes: Buffer } | undefined;

  constructor(section: SectionTail) {
    this.#section = section;
  }

  /** The entries of a part. */
  async walk(part: SectionPart, visitor: EntryVisitor, { onBytes }: WalkOptions = {}): Promise<void> {
    const { name } = this.#section;
    const cursor = new TarCursor(this.#section, onBytes);
    await cursor.seek(part.start);
    let { indexFrame: frame, indexAt: at, lines } = part;
    while (lines > 0) {
      const bytes = await this.#indexFrame(frame);
      const end = endOfLines(bytes, at, lines);
      for (const text of splitLines(bytes.subarray(at, end), `the index of the ${name} section`)) {
        const line = parseIndexLine(text);
        if (isStored(line)) {
          const passing = passEntry(cursor, line, name, visitor);
          if (passing !== undefined) await passing;
        } else visitor.absent?.(line, name);
        lines -= 1;
      }
      frame += 1;
      at = 0;
    }
    checkEnd(cursor, part.end, name);
    cursor.close();
  }

  /** The inventory, held to the index. */
  async walkInventory(inventory: ProvedSection["inventory"], { onBytes }: WalkOptions = {}): Promise<void> {
    const cursor = new TarCursor(this.#section, onBytes);
    const name = controlPath(this.#section.name, "inventory.jsonl");
    await cursor.seek(inventory.offset - encodeControlHeader(name, inventory.bytes).length);
    await passInventory(this.#section, inventory, cursor);
    cursor.close();
  }

  async #indexFrame(frame: number): Promise<Buffer> {
    if (this.#index?.frame === frame) return this.#index.bytes;
    this.#index = undefined;
    // Not released with the next one: nothing else is taken of these.
    const next = await indexTexts(this.#section, frame).next();
    if (next.done === true)
      throw new FormatError("bad-index", `the index of the ${this.#section.name} section ends too early`);
    this.#index = next.value;
    return next.value.bytes;
  }
}

/** Where so many lines from `at` end, or the bytes do. */
function endOfLines(bytes: Buffer, at: number, lines: number): number {
  let end = at;
  for (let rest = lines; rest > 0 && end < bytes.length; rest--) {
    const found = bytes.indexOf(0x0a, end);
    end = found === -1 ? bytes.length : found + 1;
  }
  return end;
}
