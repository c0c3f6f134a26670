import { createHash } from "node:crypto";
import { release } from "./bytes.ts";
import { compressFrame, frameContentBytes } from "./frame.ts";
import { paddingAfter } from "./inner-tar.ts";

/** A frame that waits for its turn in the section. */
export interface WaitingFrame {
  readonly bytes: Buffer;
  readonly contentBytes: number;
}

/** A char is at most three bytes of UTF-8: a frame stays below its limit whatever the names are. */
const frameCharacters = Math.floor(frameContentBytes / 3);

/**
 * Takes lines as they are made, and compresses them frame by frame: in the tar stream their length stands before them,
 * and the index comes behind the content.
 */
export class LineFrames {
  readonly #level: number;
  readonly #hash = createHash("sha256");
  readonly #frames: WaitingFrame[] = [];
  #pending = "";
  #bytes = 0;

  constructor(compressionLevel: number) {
    this.#level = compressionLevel;
  }

  /** `text` is whole lines; every frame ends with a line. */
  add(text: string): void {
    this.#pending += text;
    let from = 0;
    while (this.#pending.length - from > frameCharacters) {
      const end = this.#pending.indexOf("\n", from + frameCharacters) + 1;
      this.#compress(this.#pending.slice(from, end), () => 0);
      from = end;
    }
    if (from > 0) this.#pending = this.#pending.slice(from);
  }

  /** All of it, with the padding that its tar record ends with. */
  finish(): { readonly bytes: number; readonly sha256: string; readonly frames: readonly WaitingFrame[] } {
    this.#compress(this.#pending, paddingAfter);
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex"), frames: this.#frames };
  }

  #compress(text: string, padding: (bytes: number) => number): void {
    const bytes = Buffer.from(text);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    const content = Buffer.concat([bytes, Buffer.alloc(padding(this.#bytes))]);
    if (content.length === 0) return;
    const compressed = compressFrame(content, this.#level);
    // A copy: what was compressed stands in a buffer as long as its content.
    this.#frames.push({ bytes: Buffer.from(compressed), contentBytes: content.length });
    release(compressed);
  }
}
