import { readSync } from "node:fs";
import type { ByteSource } from "../format/bytes.ts";
import { StoreError } from "./errors.ts";
import { storeError } from "./store-error.ts";

/** What a thread needs to read a file that another thread of the process holds open. Plain data. */
export interface OpenFile {
  readonly descriptor: number;
  readonly sizeBytes: number;
}

/** Reads by synchronous calls, for a thread that has nothing else to do meanwhile. Closes nothing. */
export class DescriptorSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #descriptor: number;

  constructor({ descriptor, sizeBytes }: OpenFile) {
    this.#descriptor = descriptor;
    this.sizeBytes = sizeBytes;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length;) {
      const count = this.#readOnce(buffer, done, offset + done);
      if (count === 0) throw new StoreError("io", "the archive became shorter while it was read");
      done += count;
    }
    return buffer;
  }

  #readOnce(buffer: Buffer, done: number, position: number): number {
    try {
      return readSync(this.#descriptor, buffer, done, buffer.length - done, position);
    } catch (error) {
      throw storeError(error, "reading the archive");
    }
  }
}
