import type { Encoding } from "./content-kind.ts";

const utf8 = new TextDecoder();

/**
 * What is searched for secrets: a text and, behind a line feed, the name of what it stands in. It is decoded only when
 * a pattern needs it.
 */
export class SearchedText {
  /** Text, line feed and name. */
  readonly bytes: Buffer;
  readonly #contentBytes: number;
  readonly #encoding: Encoding;
  #text: string | undefined;
  #known = { at: 0, index: 0 };

  constructor(bytes: Buffer, contentBytes: number, encoding: Encoding) {
    this.bytes = bytes;
    this.#contentBytes = contentBytes;
    this.#encoding = encoding;
  }

  /** As patterns see it. The name is a byte string, whatever the text is. */
  get text(): string {
    this.#text ??=
      this.#encoding === "latin1"
        ? this.bytes.toString("latin1")
        : utf8.decode(this.bytes.subarray(0, this.#contentBytes)) +
          this.bytes.toString("latin1", this.#contentBytes);
    return this.#text;
  }

  /** Where in the text that character stands which begins at a byte. Quick for one near the byte asked for before. */
  indexOf(at: number): number {
    if (this.#encoding === "latin1") return at;
    if (at >= this.#contentBytes) return this.text.length - (this.bytes.length - at);
    const { at: from, index } = this.#known;
    const between =
      at >= from
        ? this.bytes.toString("utf8", from, at).length
        : -this.bytes.toString("utf8", at, from).length;
    this.#known = { at, index: index + between };
    return this.#known.index - (startsWithMark(this.bytes) && at > 0 ? 1 : 0);
  }
}

/** The byte order mark, which decoding takes away. */
function startsWithMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
