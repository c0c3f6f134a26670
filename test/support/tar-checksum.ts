/** Gives a ustar header block, in place, the checksum that belongs to it. */
export function summed(block: Buffer): Buffer {
  block.write("        ", 148, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** A copy in which each block that is a ustar header has its checksum. */
export function withChecksums(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = 0; at + 512 <= copy.length; at += 512)
    if (copy.toString("latin1", at + 257, at + 262) === "ustar") summed(copy.subarray(at, at + 512));
  return copy;
}
