import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import type { IndexLine } from "./entry.ts";
import { release } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { parseIndexLine } from "./index-line.ts";
import { controlPath, encodeControlHeader } from "./inner-tar.ts";
import { limits } from "./limits.ts";
import type { SectionTail } from "./section-reader.ts";
import { isZero } from "./ustar.ts";

const lineFeed = 0x0a;

/** Splits bytes that are whole lines of UTF-8; every line ends with a line feed. */
export function splitLines(bytes: Buffer, what: string): string[] {
  if (!isUtf8(bytes)) throw new FormatError("bad-index", `${what} is not UTF-8`);
  if (bytes.length > 0 && bytes.at(-1) !== lineFeed)
    throw new FormatError("bad-index", `${what} does not end with a line feed`);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(lineFeed, at);
    if (end - at >= limits.lineBytes)
      throw new FormatError("limit-exceeded", `${what} has a line that is too long`);
    // Each a text of its own: parts of one text would keep all of it in memory as long as one line is held.
    lines.push(bytes.toString("utf8", at, end));
    at = end + 1;
  }
  return lines;
}

/**
 * The lines of a section's index, a frame's worth at a time. Reads only the index's frames. At the end its digest and
 * number of lines are held to close.json; until then the lines are claims.
 */
export async function* indexBatches(section: SectionTail): AsyncGenerator<readonly IndexLine[]> {
  const what = nameOf(section);
  let lines = 0;
  for await (const text of provedTexts(section)) {
    const batch = splitLines(text, what).map((line) => parseIndexLine(line));
    lines += batch.length;
    if (lines > limits.entries) throw new FormatError("limit-exceeded", `${what} has too many lines`);
    if (batch.length > 0) yield batch;
  }
  if (lines !== section.close.entries) throw otherIndex(section);
}

/** The texts of the index's frames. At the end their digest is held to close.json; until then they are claims. */
export async function* provedTexts(section: SectionTail): AsyncGenerator<Buffer> {
  const digest = createHash("sha256");
  for await (const { bytes, at } of indexTexts(section)) {
    const text = bytes.subarray(at);
    digest.update(text);
    yield text;
  }
  if (digest.digest("hex") !== section.close.index.sha256) throw otherIndex(section);
}

function otherIndex(section: SectionTail): FormatError {
  return new FormatError("digest-mismatch", `${nameOf(section)} is not the one that close.json names`);
}

function nameOf({ name }: SectionTail): string {
  return `the index of the ${name} section`;
}

/** What an index frame holds of the index: `bytes` from `at` on. Gone with the next one. */
export interface IndexText {
  readonly frame: number;
  readonly bytes: Buffer;
  readonly at: number;
}

/** The texts of the index's frames, from the first or the one given; whole lines, if it is well made. */
export async function* indexTexts(section: SectionTail, start?: number): AsyncGenerator<IndexText> {
  const first = section.frames.indexAt(section.indexStart);
  for (let frame = start ?? first; frame < section.frames.length - 1; frame++) {
    const content = await section.frame(frame);
    const at = frame === first ? headerLength(section, content) : 0;
    const { offset, bytes } = section.close.index;
    const end = Math.min(content.length, offset + bytes - section.frames.contentOffsets[frame]!);
    if (!isZero(content.subarray(Math.max(at, end))))
      throw new FormatError("bad-tar", `${nameOf(section)} has dirty padding`);
    yield { frame, bytes: content.subarray(0, Math.max(at, end)), at };
    release(content);
  }
}

/** Length of the record header that begins the first index frame. */
function headerLength(section: SectionTail, frame: Buffer): number {
  const header = encodeControlHeader(controlPath(section.name, "index.jsonl"), section.close.index.bytes);
  if (!header.equals(frame.subarray(0, header.length))) {
    throw new FormatError("bad-tar", `index.jsonl of the ${section.name} section has a wrong header`);
  }
  return header.length;
}

/** Hands out lines one by one; `fill` is awaited only where a new frame is needed. */
export class LineCursor {
  readonly #batches: AsyncGenerator<readonly IndexLine[]>;
  #batch: readonly IndexLine[] = [];
  #at = 0;
  #ended = false;

  constructor(section: SectionTail) {
    this.#batches = indexBatches(section);
  }

  /** False where {@link fill} must be awaited before `current` means anything. */
  get ready(): boolean {
    return this.#ended || this.#at < this.#batch.length;
  }

  async fill(): Promise<void> {
    const next = await this.#batches.next();
    if (next.done === true) this.#ended = true;
    else {
      this.#batch = next.value;
      this.#at = 0;
    }
  }

  /** The line at hand, undefined after the last. */
  get current(): IndexLine | undefined {
    return this.#batch[this.#at];
  }

  advance(): void {
    this.#at++;
  }
}
