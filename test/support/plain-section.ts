import { zstdDecompressSync } from "node:zlib";
import { frameLength } from "../../src/format/frame.ts";

const blockBytes = 512;
const skippableMagic = 0x184d2a5e;

/** What anybody can read in an archive: the tar stream of its plain section, unpacked without any key or check. */
export function plainSectionOf(archive: Buffer): Buffer {
  let stored = Buffer.concat(
    [...members(archive)].filter(({ name }) => name.startsWith("plain/")).map(({ content }) => content),
  );
  const parts: Buffer[] = [];
  while (stored.length > 0 && stored.readUInt32LE(0) !== skippableMagic) {
    const length = frameLength(stored)!;
    parts.push(zstdDecompressSync(stored.subarray(0, length)));
    stored = stored.subarray(length);
  }
  return Buffer.concat(parts);
}

interface Member {
  readonly name: string;
  readonly content: Buffer;
}

/** The members of a ustar file. */
function* members(archive: Buffer): Generator<Member> {
  for (let at = 0; archive[at] !== 0;) {
    const name = archive.toString("latin1", at, archive.indexOf(0, at));
    const sizeBytes = Number.parseInt(archive.toString("latin1", at + 124, at + 135), 8);
    at += blockBytes;
    yield { name, content: archive.subarray(at, at + sizeBytes) };
    at += Math.ceil(sizeBytes / blockBytes) * blockBytes;
  }
}
