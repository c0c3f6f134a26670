import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { FormatError } from "./errors.ts";
import { limits } from "./limits.ts";

/** The decoded bytes a writer puts into one frame at most; a smaller record is never split over two. */
export const frameContentBytes = 2 * 1024 * 1024;
export const defaultCompressionLevel = 1;

const magic = 0xfd2fb528;
const checksumBytes = 4;
const windowBytesMax = limits.frameBytes;

/**
 * Level 1 as it is looks for matches of seven bytes, by a table of 2^14 places. These make a typical installation 2 %
 * smaller for 2 % more of its time (docs/benchmarks.md).
 */
const level1 = {
  [constants.ZSTD_c_minMatch]: 6,
  [constants.ZSTD_c_hashLog]: 15,
  [constants.ZSTD_c_windowLog]: 18,
};

/** Compresses one frame with content size and content checksum (specification § Frames). */
export function compressFrame(content: Uint8Array, level: number = defaultCompressionLevel): Buffer {
  return zstdCompressSync(content, {
    chunkSize: content.length + (content.length >> 7) + 1024,
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      ...(level === 1 ? level1 : {}),
      [constants.ZSTD_c_checksumFlag]: 1,
      [constants.ZSTD_c_contentSizeFlag]: 1,
      // Keeps the window within what every reader must accept, also at the highest levels.
      ...(level > 12 ? { [constants.ZSTD_c_windowLog]: 23 } : {}),
    },
  });
}

interface FrameHeader {
  readonly headerBytes: number;
  readonly contentBytes: number;
}

/**
 * Reads a frame's header and refuses all but the one form: content size in its shortest field, content checksum, no
 * dictionary. Undefined where `bytes` end before the header does.
 */
function parseFrameHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < 6) return undefined;
  if (bytes.readUInt32LE(0) !== magic)
    throw new FormatError("bad-frame", "there is no zstd frame where one should be");
  const descriptor = bytes[4]!;
  const sizeFlag = descriptor >> 6;
  const singleSegment = (descriptor & 0x20) !== 0;
  // Checksum flag set; dictionary, reserved and unused bits clear.
  if ((descriptor & 0x1f) !== 0x04)
    throw new FormatError("bad-frame", "a zstd frame has a descriptor that is not allowed");
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][sizeFlag]!;
  const sizeAt = singleSegment ? 5 : 6;
  if (bytes.length < sizeAt + sizeBytes) return undefined;
  const contentBytes = readContentSize(bytes, sizeAt, sizeBytes);
  if (!singleSegment) checkWindow(bytes[5]!);
  if (contentBytes === undefined || sizeFlag !== shortestSizeFlag(contentBytes)) {
    throw new FormatError("bad-frame", "a zstd frame does not state its content size in the shortest form");
  }
  if (contentBytes > limits.frameBytes) {
    throw new FormatError(
      "limit-exceeded",
      `a frame holds ${contentBytes} bytes, more than ${limits.frameBytes}`,
    );
  }
  return { headerBytes: sizeAt + sizeBytes, contentBytes };
}

function readContentSize(bytes: Buffer, at: number, length: number): number | undefined {
  switch (length) {
    case 1:
      return bytes[at]!;
    case 2:
      return bytes.readUInt16LE(at) + 256;
    case 4:
      return bytes.readUInt32LE(at);
    case 8:
      return Number(bytes.readBigUInt64LE(at));
    default:
      return undefined;
  }
}

function shortestSizeFlag(contentBytes: number): number {
  if (contentBytes < 256) return 0;
  if (contentBytes < 65_536 + 256) return 1;
  return contentBytes < 0xffffffff ? 2 : 3;
}

function checkWindow(descriptor: number): void {
  const base = 2 ** (10 + (descriptor >> 3));
  const windowBytes = base + (base / 8) * (descriptor & 7);
  if (windowBytes > windowBytesMax)
    throw new FormatError("limit-exceeded", "a zstd frame wants too large a window");
}

/**
 * The length of the frame that `bytes` begin with, found by walking its block headers; undefined where `bytes` end
 * before the frame does.
 */
export function frameLength(bytes: Buffer): number | undefined {
  const header = parseFrameHeader(bytes);
  if (header === undefined) return undefined;
  let at = header.headerBytes;
  for (;;) {
    if (at + 3 > bytes.length) return undefined;
    const block = bytes.readUIntLE(at, 3);
    const type = (block >> 1) & 3;
    if (type === 3) throw new FormatError("bad-frame", "a zstd frame has a block of a reserved type");
    at += 3 + (type === 1 ? 1 : block >> 3);
    if ((block & 1) === 1) break;
  }
  const end = at + checksumBytes;
  return end > bytes.length ? undefined : end;
}

/**
 * Decodes exactly one frame, which `bytes` must be from first to last. Node's decoder stops silently after the first
 * frame, so consumed and produced lengths are both checked.
 */
export function decompressFrame(bytes: Buffer): Buffer {
  const header = parseFrameHeader(bytes);
  if (header === undefined || frameLength(bytes) !== bytes.length) {
    throw new FormatError("bad-frame", "a zstd frame does not end where it should");
  }
  const content = decode(bytes, header.contentBytes);
  if (content.length !== header.contentBytes) {
    throw new FormatError(
      "bad-frame",
      `a zstd frame holds ${content.length} bytes, not ${header.contentBytes}`,
    );
  }
  return content;
}

function decode(bytes: Buffer, contentBytes: number): Buffer {
  try {
    const size = Math.max(64, contentBytes);
    const { buffer, engine } = zstdDecompressSync(bytes, {
      info: true,
      // One byte of room is left: into a full buffer Node would make another, and ask whether there is more.
      chunkSize: size + 1,
      maxOutputLength: size,
    }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    if (engine.bytesWritten !== bytes.length)
      throw new FormatError("bad-frame", "a zstd frame was not read to its end");
    return buffer;
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError("bad-frame", "a zstd frame cannot be decoded", { cause });
  }
}
