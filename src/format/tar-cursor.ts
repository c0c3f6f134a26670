import { release } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import type { SectionTail } from "./section-reader.ts";
import { isZero } from "./ustar.ts";

/** Goes through a section's tar stream from frame to frame; holds one decoded frame, and gives its memory back. */
export class TarCursor {
  readonly #reader: SectionTail;
  readonly #onBytes: ((bytes: number) => void) | undefined;
  #frame: Buffer = Buffer.alloc(0);
  #at = 0;
  #next = 0;

  constructor(reader: SectionTail, onBytes?: (bytes: number) => void) {
    this.#reader = reader;
    this.#onBytes = onBytes;
  }

  /** Bytes of the tar stream before the cursor. */
  get offset(): number {
    return this.#reader.frames.contentOffsets[this.#next]! - (this.#frame.length - this.#at);
  }

  async seek(offset: number): Promise<void> {
    const start = this.offset - this.#at;
    if (offset < start || offset > start + this.#frame.length) {
      this.#next = this.#reader.frames.indexAt(offset);
      await this.#load();
    }
    this.#at = offset - (this.#reader.frames.contentOffsets[this.#next]! - this.#frame.length);
  }

  /** The stream must go on with exactly these bytes. */
  async expect(bytes: Buffer, what: () => string): Promise<void> {
    let compared = 0;
    while (compared < bytes.length) {
      const part = await this.#part(bytes.length - compared);
      if (bytes.compare(part, 0, part.length, compared, compared + part.length) !== 0)
        throw this.wrong(what());
      compared += part.length;
    }
  }

  async expectZeros(length: number, what: () => string): Promise<void> {
    await this.pass(length, (part) => {
      if (!isZero(part)) throw this.wrong(what());
    });
  }

  /** Hands over the next `length` bytes in parts; a part is overwritten after the call. */
  async pass(length: number, take: (part: Buffer) => void): Promise<void> {
    let rest = length;
    while (rest > 0) {
      const part = await this.#part(rest);
      take(part);
      rest -= part.length;
    }
  }

  /** The next `length` bytes in one piece, where the frame at hand has them. */
  within(length: number): Buffer | undefined {
    if (this.#at + length > this.#frame.length) return undefined;
    this.#at += length;
    return this.#frame.subarray(this.#at - length, this.#at);
  }

  /** Gives back the frame at hand: the cursor is at its end, or leaves it. */
  close(): void {
    release(this.#frame);
    this.#frame = Buffer.alloc(0);
    this.#at = 0;
  }

  /** What stands here is not what the index has at this place, `what`. */
  wrong(what: string): FormatError {
    const { name } = this.#reader;
    return new FormatError(
      "bad-tar",
      `the tar stream of the ${name} section does not hold what its index says: ${what}`,
      {
        place: { section: name },
      },
    );
  }

  async #part(most: number): Promise<Buffer> {
    if (this.#at === this.#frame.length) await this.#load();
    const part = this.#frame.subarray(this.#at, this.#at + most);
    this.#at += part.length;
    return part;
  }

  async #load(): Promise<void> {
    if (this.#next >= this.#reader.frames.length) throw this.wrong("the end");
    this.close();
    this.#frame = await this.#reader.frame(this.#next++);
    this.#onBytes?.(this.#frame.length);
  }
}
