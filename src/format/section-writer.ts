import { release } from "./bytes.ts";
import { type EncodedLines, type LineTotals, placeLines } from "./encoded-lines.ts";
import type { EntryStatus, InventoryLine } from "./entry.ts";
import { compressFrame } from "./frame.ts";
import { LineFrames } from "./line-frames.ts";
import { encodeInventoryLine } from "./encode-line.ts";
import { begun } from "./begun.ts";
import { controlPath, encodeControlHeader, paddingAfter } from "./inner-tar.ts";
import { encodeSeekTable } from "./seek-table.ts";
import { type Close, type SectionHeader, encodeClose, encodeSectionHeader } from "./section.ts";
import { blockBytes } from "./ustar.ts";

/** A finished frame of entries: the unit of work of a capture. */
export interface EncodedFrame {
  /** The compressed frame, the writer's from now on; empty where all its entries are absent. */
  readonly bytes: Uint8Array;
  /** Its length when decoded: bytes of the tar stream. */
  readonly contentBytes: number;
  /** The index lines of the entries that end in this frame, and of absent ones, in order. */
  readonly lines: EncodedLines;
}

export interface SectionInput {
  readonly header: SectionHeader;
  readonly inventory: () => Iterable<InventoryLine>;
  /** Called once, before `inventory`. */
  readonly frames: () => AsyncIterable<EncodedFrame> | Iterable<EncodedFrame>;
  readonly compressionLevel: number;
}

/**
 * Writes one section as the bytes of its zstd stream (specification § Section). Drain `stream` once, then ask for
 * `totals`. What `stream` yields is gone when the next is asked for.
 */
export class SectionWriter {
  readonly #input: SectionInput;
  readonly #frames: { storedBytes: number; contentBytes: number }[] = [];
  readonly #statuses = new Map<EntryStatus, number>();
  readonly #index: LineFrames;
  #begun: AsyncIterable<EncodedFrame> | undefined;
  #tarOffset = 0;
  #entries = 0;
  #contentBytes = 0;

  constructor(input: SectionInput) {
    this.#input = input;
    this.#index = new LineFrames(input.compressionLevel);
  }

  get totals(): LineTotals {
    return { entries: this.#entries, contentBytes: this.#contentBytes, statuses: this.#statuses };
  }

  /** Has the first entries read before the section's turn comes. */
  begin(): void {
    this.#begun = begun(this.#input.frames());
  }

  /** `onEntriesEnd` is called when the last of them is written: the index is still to come. */
  async *stream(
    plainSegmentsSha256: string | undefined,
    onEntriesEnd?: () => void,
  ): AsyncGenerator<Uint8Array> {
    const entries = this.#begun ?? begun(this.#input.frames());
    yield* this.#head();
    for await (const frame of entries) {
      this.#add(frame.lines);
      if (frame.contentBytes > 0) yield this.#count(frame.bytes, frame.contentBytes);
      release(frame.bytes);
    }
    onEntriesEnd?.();
    yield* this.#tail(plainSegmentsSha256);
  }

  /** section.json and inventory.jsonl. */
  *#head(): Generator<Uint8Array> {
    const { header, inventory, compressionLevel } = this.#input;
    yield* this.#frame(control(header.section, "section.json", encodeSectionHeader(header)));
    const lines = new LineFrames(compressionLevel);
    for (const line of inventory()) lines.add(encodeInventoryLine(line));
    const { bytes, frames } = lines.finish();
    yield* this.#frame([encodeControlHeader(controlPath(header.section, "inventory.jsonl"), bytes)]);
    for (const frame of frames) yield this.#count(frame.bytes, frame.contentBytes);
  }

  #add(lines: EncodedLines): void {
    const { entries, contentBytes, statuses } = lines.totals;
    this.#entries += entries;
    this.#contentBytes += contentBytes;
    for (const [status, count] of statuses)
      this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + count);
    this.#index.add(placeLines(lines, this.#tarOffset));
  }

  *#tail(plainSegmentsSha256: string | undefined): Generator<Uint8Array> {
    const section = this.#input.header.section;
    const { bytes, sha256, frames } = this.#index.finish();
    yield* this.#frame([encodeControlHeader(controlPath(section, "index.jsonl"), bytes)]);
    const index = { bytes, offset: this.#tarOffset, sha256 };
    for (const frame of frames) yield this.#count(frame.bytes, frame.contentBytes);
    const binding = plainSegmentsSha256 === undefined ? {} : { plainSegmentsSha256 };
    const close: Close = { entries: this.#entries, index, ...binding };
    yield* this.#frame([...control(section, "close.json", encodeClose(close)), Buffer.alloc(2 * blockBytes)]);
    yield encodeSeekTable(this.#frames);
  }

  *#frame(parts: readonly Buffer[]): Generator<Uint8Array> {
    const content = Buffer.concat(parts);
    if (content.length > 0)
      yield this.#count(compressFrame(content, this.#input.compressionLevel), content.length);
  }

  #count(bytes: Uint8Array, contentBytes: number): Uint8Array {
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
