import { createHash } from "node:crypto";
import { type EntryStatus, type IndexLine, type InventoryLine, isStored } from "./entry.ts";
import { compressFrame, frameContentBytes } from "./frame.ts";
import { encodeIndexLine, encodeInventoryLine } from "./index-line.ts";
import { controlPath, encodeControlHeader, paddingAfter } from "./inner-tar.ts";
import { encodeSeekTable } from "./seek-table.ts";
import { type Close, type SectionHeader, encodeClose, encodeSectionHeader } from "./section.ts";
import { blockBytes } from "./ustar.ts";

/** A finished frame of entries: the unit of work of a capture. */
export interface PackedFrame {
  /** The compressed frame. */
  readonly bytes: Buffer;
  /** Its length when decoded: bytes of the tar stream. */
  readonly contentBytes: number;
  /**
   * The index lines of the entries that end in this frame, and of absent ones, in order. `offset` is relative to the
   * first byte of this frame, negative where a large file began in an earlier one.
   */
  readonly lines: readonly IndexLine[];
}

export interface SectionInput {
  readonly header: SectionHeader;
  /** Called twice, when the section's turn has come. */
  readonly inventory: () => Iterable<InventoryLine>;
  readonly frames: () => AsyncIterable<PackedFrame> | Iterable<PackedFrame>;
  readonly compressionLevel: number;
}

export interface SectionTotals {
  readonly entries: number;
  /** Sum of the sizes of the files stored. */
  readonly contentBytes: number;
  readonly statuses: ReadonlyMap<EntryStatus, number>;
}

/** Writes one section as the bytes of its zstd stream (specification § Section). Drain `stream` once, then ask for `totals`. */
export class SectionWriter {
  readonly #input: SectionInput;
  readonly #frames: { storedBytes: number; contentBytes: number }[] = [];
  readonly #statuses = new Map<EntryStatus, number>();
  readonly #indexHash = createHash("sha256");
  readonly #indexFrames: Buffer[] = [];
  #pendingIndex = "";
  #tarOffset = 0;
  #indexBytes = 0;
  #entries = 0;
  #contentBytes = 0;

  constructor(input: SectionInput) {
    this.#input = input;
  }

  get totals(): SectionTotals {
    return { entries: this.#entries, contentBytes: this.#contentBytes, statuses: this.#statuses };
  }

  async *stream(plainSegmentsSha256: string | undefined): AsyncGenerator<Buffer> {
    yield* this.#head();
    for await (const frame of this.#input.frames()) {
      for (const line of frame.lines) this.#index(line);
      if (frame.contentBytes > 0) yield this.#count(frame.bytes, frame.contentBytes);
    }
    yield* this.#tail(plainSegmentsSha256);
  }

  /** section.json and inventory.jsonl. */
  *#head(): Generator<Buffer> {
    const { header, inventory } = this.#input;
    const json = encodeSectionHeader(header);
    let inventoryBytes = 0;
    for (const line of inventory()) inventoryBytes += Buffer.byteLength(encodeInventoryLine(line));
    yield* this.#frame([...control(header.section, "section.json", json)]);
    let pending: Buffer[] = [
      encodeControlHeader(controlPath(header.section, "inventory.jsonl"), inventoryBytes),
    ];
    let pendingBytes = pending[0]!.length;
    for (const line of inventory()) {
      const bytes = Buffer.from(encodeInventoryLine(line));
      if (pendingBytes + bytes.length + blockBytes > frameContentBytes) {
        yield* this.#frame(pending);
        pending = [];
        pendingBytes = 0;
      }
      pending.push(bytes);
      pendingBytes += bytes.length;
    }
    yield* this.#frame([...pending, Buffer.alloc(paddingAfter(inventoryBytes))]);
  }

  #index(line: IndexLine): void {
    const isFile = isStored(line) && line.type === "file";
    const placed = isFile ? { ...line, offset: this.#tarOffset + line.offset } : line;
    if (isFile) this.#contentBytes += line.size;
    this.#entries++;
    this.#statuses.set(line.status, (this.#statuses.get(line.status) ?? 0) + 1);
    this.#pendingIndex += encodeIndexLine(placed);
    // A char is at most three bytes of UTF-8: the frame stays below its limit whatever the names are.
    if (this.#pendingIndex.length * 3 > frameContentBytes) this.#flushIndex(0);
  }

  /** Index frames are compressed as they fill; they are written once the content is. */
  #flushIndex(padding: number): void {
    const text = Buffer.from(this.#pendingIndex);
    this.#pendingIndex = "";
    this.#indexHash.update(text);
    this.#indexBytes += text.length;
    if (text.length + padding === 0) return;
    const content = Buffer.concat([text, Buffer.alloc(padding)]);
    this.#indexFrames.push(compressFrame(content, this.#input.compressionLevel));
    this.#indexContent.push(content.length);
  }

  readonly #indexContent: number[] = [];

  *#tail(plainSegmentsSha256: string | undefined): Generator<Buffer> {
    const section = this.#input.header.section;
    const total = this.#indexBytes + Buffer.byteLength(this.#pendingIndex);
    this.#flushIndex(paddingAfter(total));
    const indexHeader = encodeControlHeader(controlPath(section, "index.jsonl"), total);
    yield* this.#frame([indexHeader]);
    const index = { bytes: total, offset: this.#tarOffset, sha256: this.#indexHash.digest("hex") };
    for (const [at, bytes] of this.#indexFrames.entries()) yield this.#count(bytes, this.#indexContent[at]!);
    const binding = plainSegmentsSha256 === undefined ? {} : { plainSegmentsSha256 };
    const close: Close = { entries: this.#entries, index, ...binding };
    yield* this.#frame([...control(section, "close.json", encodeClose(close)), Buffer.alloc(2 * blockBytes)]);
    yield encodeSeekTable(this.#frames);
  }

  *#frame(parts: readonly Buffer[]): Generator<Buffer> {
    const content = Buffer.concat(parts);
    if (content.length > 0)
      yield this.#count(compressFrame(content, this.#input.compressionLevel), content.length);
  }

  #count(bytes: Buffer, contentBytes: number): Buffer {
    this.#frames.push({ storedBytes: bytes.length, contentBytes });
    this.#tarOffset += contentBytes;
    return bytes;
  }
}

function control(section: string, file: string, content: Buffer): Buffer[] {
  return [
    encodeControlHeader(controlPath(section, file), content.length),
    content,
    Buffer.alloc(paddingAfter(content.length)),
  ];
}
