import { createHash } from "node:crypto";
import type { SQLOutputValue } from "node:sqlite";

const scratchBytes = 256 * 1024;
/** The longest number, or length with its colon, as text. */
const textMax = 32;

/** SHA-256 over values, each with its length, so that no two rows run into the same bytes. */
export class RowDigest {
  readonly #hash = createHash("sha256");
  /** Many small values at once are hashed several times faster than one by one. */
  readonly #scratch = Buffer.allocUnsafeSlow(scratchBytes);
  #used = 0;

  add(value: SQLOutputValue): void {
    if (value instanceof Uint8Array) return this.#addBytes(value);
    const text = exactText(value);
    if (text.length > textMax) this.#addBytes(Buffer.from(text));
    else this.#write(`${text.length}:${text}`);
  }

  hex(): string {
    this.#flush();
    return this.#hash.digest("hex");
  }

  #addBytes(bytes: Uint8Array): void {
    this.#write(`${bytes.length}:`);
    if (this.#used + bytes.length > scratchBytes) this.#flush();
    if (bytes.length > scratchBytes) this.#hash.update(bytes);
    else {
      this.#scratch.set(bytes, this.#used);
      this.#used += bytes.length;
    }
  }

  #write(ascii: string): void {
    if (this.#used + 2 * textMax > scratchBytes) this.#flush();
    this.#used += this.#scratch.write(ascii, this.#used, "latin1");
  }

  #flush(): void {
    this.#hash.update(this.#scratch.subarray(0, this.#used));
    this.#used = 0;
  }
}

/** JavaScript's text of a number names it exactly, but for the sign of zero. */
function exactText(value: Exclude<SQLOutputValue, Uint8Array>): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
