import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { writeFully } from "./file-source.ts";
import { storeError, systemCode } from "./store-error.ts";

/** A multiple of every file system's blocks, and enough at once for a disk to be as fast as it can. */
const blockBytes = 2 * 1024 * 1024;
const wasmPageBytes = 64 * 1024;
/**
 * Written between two flushes where the page cache is used. By itself Linux leaves as much as a tenth of the memory
 * unwritten for 30 seconds: an archive of 1.4 GB was waited for 0.8 s at its end, of 17 s in all.
 */
const aheadBytes = 128 * 1024 * 1024;
/** What open(2) and write(2) answer where a file system, or this memory's place, is not for direct writes. */
const notDirect = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

export interface WriterPlace {
  /** For messages. */
  readonly name: string;
  /** The same file for direct writes; null where they cannot be had. */
  readonly openDirect?: (file: FileHandle) => Promise<FileHandle | null>;
}

/**
 * Writes a new file from its start to its end, one block while the next is filled. Whole blocks go past the page cache
 * (O_DIRECT) where the file system takes that: a backup does not push out of memory what a gateway works with, its
 * verification reads what the disk holds, and no time goes into copying to fresh pages, which in a virtual machine cost
 * more than compression does (3 of 20 s of CPU time for 1.4 GB).
 */
export class SequentialWriter implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #place: WriterPlace;
  #direct: FileHandle | null | undefined;
  #blocks: readonly [Uint8Array, Uint8Array] | undefined;
  #turn: 0 | 1 = 0;
  #filled = 0;
  #position = 0;
  #writing = Promise.resolve();
  #flushedBytes = 0;
  #flush: Promise<void> | undefined;
  #flushError: { readonly error: unknown } | undefined;

  /** `file` is open for writing, empty, and stays the caller's. */
  constructor(file: FileHandle, place: WriterPlace) {
    this.#file = file;
    this.#place = place;
  }

  /** All that was taken, written or not. */
  get sizeBytes(): number {
    return this.#position + this.#filled;
  }

  /** Settles once `chunk` is copied; what could not be written is told with a later one. Throws StoreError. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#blocks ??= alignedBlocks();
    for (let at = 0; at < chunk.length;) {
      const block = this.#blocks[this.#turn];
      const taken = Math.min(chunk.length - at, block.length - this.#filled);
      block.set(chunk.subarray(at, at + taken), this.#filled);
      at += taken;
      this.#filled += taken;
      if (this.#filled === block.length) await this.#handOver(block);
    }
  }

  /** Settles once all of it can be read. Throws StoreError. */
  async settle(): Promise<void> {
    await this.#writing;
    if (this.#filled === 0) return;
    const rest = this.#blocks![this.#turn].subarray(0, this.#filled);
    await this.#writeCached(rest, this.#position);
    this.#position += rest.length;
    this.#filled = 0;
  }

  /** Settles once all of it is on the disk: nothing is written after that. Throws, not only StoreError. */
  async flush(): Promise<void> {
    await this.settle();
    await this.#flush;
    if (this.#flushError !== undefined) throw this.#flushError.error;
    await this.#file.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#flush;
    await this.#direct?.close();
    this.#direct = null;
  }

  async #handOver(block: Uint8Array): Promise<void> {
    await this.#writing;
    this.#writing = this.#writeBlock(block, this.#position);
    // Told with the next one.
    this.#writing.catch(() => {});
    this.#position += block.length;
    this.#filled = 0;
    this.#turn = this.#turn === 0 ? 1 : 0;
  }

  async #writeBlock(block: Uint8Array, position: number): Promise<void> {
    if (await this.#writeDirect(block, position)) return;
    await this.#writeCached(block, position);
    this.#flushAhead(position + block.length);
  }

  /** False where the whole of it is to be written in the ordinary way, which tells what is wrong, if anything is. */
  async #writeDirect(block: Uint8Array, position: number): Promise<boolean> {
    const { name, openDirect = reopenDirect } = this.#place;
    try {
      if (this.#direct === undefined) this.#direct = await openDirect(this.#file);
      if (this.#direct === null) return false;
      const { bytesWritten } = await this.#direct.write(block, 0, block.length, position);
      return bytesWritten === block.length;
    } catch (error) {
      if (!notDirect.has(systemCode(error) ?? "")) throw storeError(error, `writing ${name}`);
      await this.#direct?.close();
      this.#direct = null;
      return false;
    }
  }

  async #writeCached(bytes: Uint8Array, position: number): Promise<void> {
    await writeFully(this.#file, bytes, { position, name: this.#place.name });
  }

  /** Has the system write while more is still made. What it could not write it tells but once: that is kept. */
  #flushAhead(writtenBytes: number): void {
    if (this.#flush !== undefined || writtenBytes - this.#flushedBytes < aheadBytes) return;
    this.#flushedBytes = writtenBytes;
    this.#flush = this.#file
      .datasync()
      .catch((error: unknown) => void (this.#flushError ??= { error }))
      .finally(() => (this.#flush = undefined));
  }
}

/** The very file that is open, whatever has its name by now. Only Linux has both the flag and the path. */
async function reopenDirect(file: FileHandle): Promise<FileHandle | null> {
  const { O_WRONLY, O_DIRECT }: { O_WRONLY: number; O_DIRECT?: number } = constants;
  if (O_DIRECT === undefined) return null;
  try {
    return await open(`/proc/self/fd/${file.fd}`, O_WRONLY | O_DIRECT);
  } catch {
    return null;
  }
}

/** Direct writes want memory that begins where a page does: of what JavaScript can have, WebAssembly's does. */
function alignedBlocks(): readonly [Uint8Array, Uint8Array] {
  const buffer = alignedMemory() ?? new ArrayBuffer(2 * blockBytes);
  return [new Uint8Array(buffer, 0, blockBytes), new Uint8Array(buffer, blockBytes, blockBytes)];
}

/** Undefined where it is switched off, or its address space (some GB, of which little is used) cannot be had. */
function alignedMemory(): ArrayBuffer | undefined {
  try {
    return new WebAssembly.Memory({ initial: (2 * blockBytes) / wasmPageBytes }).buffer;
  } catch {
    return undefined;
  }
}
