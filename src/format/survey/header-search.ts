import type { ByteSource } from "../bytes.ts";
import { memberNames, parseMemberHeader } from "../member.ts";
import { blockBytes } from "../ustar.ts";

const windowBytes = 1024 * 1024;
const magic = Buffer.from("ustar\x0000", "latin1");
const magicOffset = 257;

/** Looks for member headers byte by byte. Searches that go forward read each byte once, however many they are. */
export class HeaderSearch {
  readonly #source: ByteSource;
  #held: { readonly start: number; readonly bytes: Buffer } | undefined;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The first offset from `from` on at which a member header of this archive, or of any, stands. */
  async next(from: number, archiveId: string | undefined): Promise<number | undefined> {
    let at = from;
    while (at + blockBytes <= this.#source.sizeBytes) {
      const { start, bytes } = await this.#window(at);
      const found = headerIn(bytes, at - start, archiveId);
      if (found !== undefined) return start + found;
      at = start + bytes.length - blockBytes + 1;
    }
    return undefined;
  }

  /** Bytes of the file with a whole block at `at`. */
  async #window(at: number): Promise<{ start: number; bytes: Buffer }> {
    const held = this.#held;
    if (held !== undefined && held.start <= at && at + blockBytes <= held.start + held.bytes.length)
      return held;
    const bytes = await this.#source.read(at, Math.min(windowBytes, this.#source.sizeBytes - at));
    this.#held = { start: at, bytes };
    return this.#held;
  }
}

function headerIn(bytes: Buffer, from: number, archiveId: string | undefined): number | undefined {
  let at = bytes.indexOf(magic, from + magicOffset);
  for (; at !== -1; at = bytes.indexOf(magic, at + 1)) {
    const begin = at - magicOffset;
    if (begin + blockBytes > bytes.length) return undefined;
    const header = parseMemberHeader(bytes.subarray(begin, begin + blockBytes));
    if (header !== undefined && (archiveId === undefined || header.archiveId === archiveId)) return begin;
  }
  return undefined;
}

/** True for bytes that begin as a first member header would, as far as they go. */
export function looksLikeStart(head: Buffer): boolean {
  const name = Buffer.alloc(100);
  name.write(memberNames.manifest);
  const fixed: readonly (readonly [number, Buffer])[] = [
    [0, name],
    [100, Buffer.from("0000644\x000000000\x000000000\0", "latin1")],
    [136, Buffer.from("00000000000\0", "latin1")],
    [magicOffset, magic],
  ];
  return (
    head.length > 0 &&
    fixed.every(([at, bytes]) => {
      const there = head.subarray(at, at + bytes.length);
      return there.equals(bytes.subarray(0, there.length));
    })
  );
}
