import { compressFrame } from "../../src/format/frame.ts";

const magic = Buffer.from("28b52ffd", "hex");
const blockBytesMax = 128 * 1024;
const runBytesMin = 16;
const blockTypes = { raw: 0, rle: 1 } as const;

/**
 * A zstd frame of raw and run-length blocks alone (RFC 8878 § 3.1.1.2.2): the same bytes with every version of every
 * compressor, and runs of zeros take next to nothing.
 */
export function plainFrame(content: Buffer): Buffer {
  const blocks = blocksOf(content);
  const encoded = blocks.map(({ from, to, isRun }, at) => {
    const header = Buffer.alloc(3);
    const last = at === blocks.length - 1 ? 1 : 0;
    header.writeUIntLE(last | ((isRun ? blockTypes.rle : blockTypes.raw) << 1) | ((to - from) << 3), 0, 3);
    return Buffer.concat([header, content.subarray(from, isRun ? from + 1 : to)]);
  });
  // The last four bytes of any frame of this content: XXH64 is not in Node.
  const checksum = compressFrame(content).subarray(-4);
  return Buffer.concat([magic, sizeField(content.length), ...encoded, checksum]);
}

/** Descriptor and content size; one segment, with a checksum. */
function sizeField(bytes: number): Buffer {
  if (bytes < 256) return Buffer.of(0x24, bytes);
  if (bytes < 65_792) return Buffer.of(0x64, (bytes - 256) & 0xff, (bytes - 256) >> 8);
  const field = Buffer.alloc(5, 0xa4);
  field.writeUInt32LE(bytes, 1);
  return field;
}

interface Block {
  readonly from: number;
  readonly to: number;
  readonly isRun: boolean;
}

function blocksOf(content: Buffer): Block[] {
  const blocks: Block[] = [];
  const add = (from: number, to: number, isRun: boolean): void => {
    for (let at = from; at < to; at += blockBytesMax)
      blocks.push({ from: at, to: Math.min(at + blockBytesMax, to), isRun });
  };
  let raw = 0;
  for (let at = 0; at < content.length;) {
    const end = runEnd(content, at);
    if (end - at >= runBytesMin) {
      add(raw, at, false);
      add(at, end, true);
      raw = end;
    }
    at = end;
  }
  add(raw, content.length, false);
  return blocks;
}

function runEnd(content: Buffer, from: number): number {
  let end = from + 1;
  while (end < content.length && content[end] === content[from]) end++;
  return end;
}
