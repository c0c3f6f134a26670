import { FormatError } from "./errors.ts";
import { limits } from "./limits.ts";

/** One frame's place in a section: offsets in the stored stream and in the decoded (tar) stream, bytes. */
export interface FramePlace {
  readonly storedOffset: number;
  readonly storedBytes: number;
  readonly contentOffset: number;
  readonly contentBytes: number;
}

const skippableMagic = 0x184d2a5e;
const seekableMagic = 0x8f92eab1;
const entryBytes = 8;
const headBytes = 8;
export const seekTableFooterBytes = 9;

export function seekTableBytes(frames: number): number {
  return headBytes + frames * entryBytes + seekTableFooterBytes;
}

/** The zstd seekable format's table, without its optional checksums (specification § Seek table). */
export function encodeSeekTable(
  frames: readonly { readonly storedBytes: number; readonly contentBytes: number }[],
): Buffer {
  const bytes = Buffer.alloc(seekTableBytes(frames.length));
  bytes.writeUInt32LE(skippableMagic, 0);
  bytes.writeUInt32LE(bytes.length - headBytes, 4);
  let at = headBytes;
  for (const frame of frames) {
    bytes.writeUInt32LE(frame.storedBytes, at);
    bytes.writeUInt32LE(frame.contentBytes, at + 4);
    at += entryBytes;
  }
  bytes.writeUInt32LE(frames.length, at);
  bytes.writeUInt32LE(seekableMagic, at + 5);
  return bytes;
}

/** The number of frames a table announces, from its last nine bytes. */
export function parseSeekTableFooter(footer: Buffer): number {
  const frames = footer.readUInt32LE(0);
  if (footer[4] !== 0 || footer.readUInt32LE(5) !== seekableMagic) {
    throw new FormatError("bad-seek-table", "a section does not end with a seek table");
  }
  if (frames > limits.frames) throw new FormatError("limit-exceeded", `a section has ${frames} frames`);
  return frames;
}

/** The frames of a whole table. Their lengths must fill the stored stream before it exactly. */
export class SeekTable {
  readonly #bytes: Buffer;
  readonly length: number;
  readonly storedOffsets: Float64Array;
  readonly contentOffsets: Float64Array;

  constructor(bytes: Buffer, storedBytesBefore: number) {
    this.length = parseSeekTableFooter(bytes.subarray(-seekTableFooterBytes));
    this.#bytes = bytes;
    const fits = bytes.length === seekTableBytes(this.length) && bytes.readUInt32LE(0) === skippableMagic;
    if (!fits || bytes.readUInt32LE(4) !== bytes.length - headBytes) {
      throw new FormatError("bad-seek-table", "a section's seek table has the wrong length");
    }
    this.storedOffsets = new Float64Array(this.length + 1);
    this.contentOffsets = new Float64Array(this.length + 1);
    this.#sum();
    if (this.contentBytes > limits.tarBytes)
      throw new FormatError("limit-exceeded", `a section decodes to ${this.contentBytes} bytes`);
    if (this.storedOffsets[this.length] !== storedBytesBefore) {
      throw new FormatError("bad-seek-table", "a section's seek table does not cover its frames exactly");
    }
  }

  #sum(): void {
    for (let index = 0; index < this.length; index++) {
      const at = headBytes + index * entryBytes;
      const contentBytes = this.#bytes.readUInt32LE(at + 4);
      const storedBytes = this.#bytes.readUInt32LE(at);
      if (contentBytes > limits.frameBytes)
        throw new FormatError("limit-exceeded", `a frame holds ${contentBytes} bytes`);
      if (storedBytes > limits.frameStoredBytes)
        throw new FormatError("limit-exceeded", `a frame takes ${storedBytes} bytes`);
      if (contentBytes === 0) throw new FormatError("bad-seek-table", "a seek table names an empty frame");
      this.storedOffsets[index + 1] = this.storedOffsets[index]! + storedBytes;
      this.contentOffsets[index + 1] = this.contentOffsets[index]! + contentBytes;
    }
  }

  /** Bytes of the decoded stream. */
  get contentBytes(): number {
    return this.contentOffsets[this.length]!;
  }

  place(index: number): FramePlace {
    const storedOffset = this.storedOffsets[index]!;
    const contentOffset = this.contentOffsets[index]!;
    return {
      storedOffset,
      storedBytes: this.storedOffsets[index + 1]! - storedOffset,
      contentOffset,
      contentBytes: this.contentOffsets[index + 1]! - contentOffset,
    };
  }

  /** The frame that holds the decoded byte at `contentOffset`, which lies inside the stream. */
  indexAt(contentOffset: number): number {
    let low = 0;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.contentOffsets[middle]! <= contentOffset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
