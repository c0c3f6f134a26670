import type { FileHandle } from "node:fs/promises";
import type { ByteSource } from "../format/bytes.ts";
import { StoreError } from "./errors.ts";
import { storeError } from "./store-error.ts";

/** The bytes of an open file as a source. Closes nothing. `name` is for messages. */
export class FileSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #file: FileHandle;
  readonly #name: string;

  constructor(file: FileHandle, sizeBytes: number, name: string) {
    this.#file = file;
    this.sizeBytes = sizeBytes;
    this.#name = name;
  }

  /** Open as long as this is; every thread of the process may read from it at a position. */
  get descriptor(): number {
    return this.#file.fd;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length))
      throw new RangeError("not whole numbers");
    if (offset < 0 || length < 0 || offset + length > this.sizeBytes) {
      throw new RangeError(`reading ${length} bytes at ${offset} of ${this.sizeBytes}`);
    }
    const buffer = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await this.#readOnce(buffer, done, offset + done);
      if (bytesRead === 0) throw new StoreError("io", `${this.#name} became shorter while it was read`);
      done += bytesRead;
    }
    return buffer;
  }

  async #readOnce(buffer: Buffer, done: number, position: number): Promise<{ bytesRead: number }> {
    try {
      return await this.#file.read(buffer, done, buffer.length - done, position);
    } catch (error) {
      throw storeError(error, `reading ${this.#name}`);
    }
  }
}

/** An open file as a source that closes it. */
export class OwnedFileSource extends FileSource implements AsyncDisposable {
  readonly #owned: FileHandle;

  constructor(file: FileHandle, sizeBytes: number, name: string) {
    super(file, sizeBytes, name);
    this.#owned = file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.close();
  }
}

/** Writes all of `chunk` at `position`. Throws StoreError. */
export async function writeFully(
  file: FileHandle,
  chunk: Uint8Array,
  place: { readonly position: number; readonly name: string },
): Promise<void> {
  try {
    for (let done = 0; done < chunk.length;) {
      const { bytesWritten } = await file.write(chunk, done, chunk.length - done, place.position + done);
      done += bytesWritten;
    }
  } catch (error) {
    throw storeError(error, `writing ${place.name}`);
  }
}
