import { createHash, hash } from "node:crypto";
import type {
  AbsentLine,
  DirectoryLine,
  FileLine,
  HardlinkLine,
  IndexLine,
  StoredLine,
  SymlinkLine,
} from "./entry.ts";
import { compressFrame, frameContentBytes } from "./frame.ts";
import { encodeLines } from "./encoded-lines.ts";
import { encodeEntryHeader, paddingAfter } from "./inner-tar.ts";
import type { EncodedFrame } from "./section-writer.ts";

/** A frame of entries as it is to be compressed. */
export interface PackedFrame {
  /** Bytes of the tar stream, in a buffer that is used again for the next frame. */
  readonly content: Buffer;
  /**
   * The index lines of the entries that end in this frame, and of absent ones, in order. `offset` is relative to the
   * first byte of this frame, negative where a large file began in an earlier one.
   */
  readonly lines: readonly IndexLine[];
  readonly ofLargeFile?: true;
}

/** Compresses a frame and writes its lines down: what a section writer takes. */
export function encodeFrame({ content, lines }: PackedFrame, compressionLevel: number): EncodedFrame {
  const bytes = content.length === 0 ? Buffer.alloc(0) : compressFrame(content, compressionLevel);
  return { bytes, contentBytes: content.length, lines: encodeLines(lines) };
}

/** A file whose content is about to be packed: digest and place follow from that. */
export type FileDraft = Omit<FileLine, "sha256" | "offset">;

/** Packs entries that fit one frame together. Holds one frame's worth of bytes, reused from frame to frame. */
export class FramePacker {
  readonly #buffer = Buffer.allocUnsafeSlow(frameContentBytes);
  #at = 0;
  #lines: IndexLine[] = [];

  get isEmpty(): boolean {
    return this.#at === 0 && this.#lines.length === 0;
  }

  /** True where a record of that many bytes still fits into the frame begun. */
  fits(recordBytes: number): boolean {
    return this.#at + recordBytes <= this.#buffer.length;
  }

  /** `sha256` of the content, where it is known already. */
  addFile(draft: FileDraft, content: Buffer, sha256: string = hash("sha256", content, "hex")): void {
    const unplaced: FileLine = { ...draft, sha256, offset: 0 };
    this.#header(unplaced);
    this.#lines.push({ ...unplaced, offset: this.#at });
    this.#append(content);
    this.#zeros(paddingAfter(content.length));
  }

  add(line: DirectoryLine | SymlinkLine | HardlinkLine): void {
    this.#header(line);
    this.#lines.push(line);
  }

  addAbsent(line: AbsentLine): void {
    this.#lines.push(line);
  }

  /** What was added; begins anew. */
  finish(): PackedFrame {
    const frame = { content: this.#buffer.subarray(0, this.#at), lines: this.#lines };
    this.#at = 0;
    this.#lines = [];
    return frame;
  }

  #header(line: StoredLine): void {
    this.#at += encodeEntryHeader(line, this.#buffer.subarray(this.#at)).length;
  }

  #append(bytes: Buffer): void {
    if (this.#at + bytes.length > this.#buffer.length)
      throw new RangeError("a record does not fit the frame it was put into");
    bytes.copy(this.#buffer, this.#at);
    this.#at += bytes.length;
  }

  #zeros(length: number): void {
    this.#buffer.fill(0, this.#at, this.#at + length);
    this.#at += length;
  }
}

/**
 * Packs one file larger than a frame into a run of frames of its own. Bytes in order by `push`, then `finish`. `buffer`
 * is as long as a frame's content.
 */
export class LargeFilePacker {
  readonly #draft: FileDraft;
  readonly #buffer: Buffer;
  readonly #digest = createHash("sha256");
  readonly #headerBytes: number;
  #at: number;
  /** Bytes of the run that went into frames already. */
  #packed = 0;
  #contentBytes = 0;

  constructor(draft: FileDraft, buffer: Buffer = Buffer.allocUnsafeSlow(frameContentBytes)) {
    this.#draft = draft;
    this.#buffer = buffer;
    const header = encodeEntryHeader({ ...draft, sha256: "", offset: 0 });
    header.copy(this.#buffer);
    this.#headerBytes = header.length;
    this.#at = header.length;
  }

  *push(content: Buffer): Generator<PackedFrame> {
    this.#digest.update(content);
    this.#contentBytes += content.length;
    yield* this.#fill(content);
  }

  /** Digest of the content pushed so far, 64 lower-case hex digits. */
  contentSha256(): string {
    return this.#digest.copy().digest("hex");
  }

  /** Ends the run. `outcome` may turn the status; content that is missing up to the promised size becomes zeros. */
  *finish(outcome: Pick<FileLine, "status"> & { readonly reason?: string }): Generator<PackedFrame> {
    const validBytes = this.#contentBytes;
    const size = this.#draft.size;
    const zeros = Buffer.alloc(64 * 1024);
    while (this.#contentBytes < size)
      yield* this.push(zeros.subarray(0, Math.min(zeros.length, size - this.#contentBytes)));
    yield* this.#fill(Buffer.alloc(paddingAfter(size)));
    const cut = validBytes < size ? { validBytes } : {};
    const sha256 = this.#digest.digest("hex");
    const offset = this.#headerBytes - this.#packed;
    const line = { ...this.#draft, ...outcome, ...cut, sha256, offset };
    yield { content: this.#frame(), lines: [line], ofLargeFile: true };
  }

  *#fill(bytes: Buffer): Generator<PackedFrame> {
    let from = 0;
    while (from < bytes.length) {
      if (this.#at === this.#buffer.length) yield { content: this.#frame(), lines: [], ofLargeFile: true };
      const taken = Math.min(bytes.length - from, this.#buffer.length - this.#at);
      bytes.copy(this.#buffer, this.#at, from, from + taken);
      this.#at += taken;
      from += taken;
    }
  }

  #frame(): Buffer {
    const content = this.#buffer.subarray(0, this.#at);
    this.#packed += content.length;
    this.#at = 0;
    return content;
  }
}
