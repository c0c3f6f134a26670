import { constants, type BigIntStats } from "node:fs";
import { link, lstat, open, rename, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { ByteSource } from "../format/bytes.ts";
import { StoreError } from "./errors.ts";
import type { Processes } from "../system/process-mark.ts";
import { FileSource } from "./file-source.ts";
import { partialNameOf } from "./partial-name.ts";
import { SequentialWriter } from "./sequential-writer.ts";
import { storeError, systemCode } from "./store-error.ts";
import { syncDirectory } from "../system/sync-directory.ts";

/** What link(2) answers on file systems without hard links (FAT, some FUSE, Android). */
const noHardLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES"]);
const nameBytesMax = 255;

/**
 * An archive while it is being written: `.<name>.<random>.partial`, mode 0600, beside its final place. A process that
 * is killed leaves at most that; the final name only ever holds what was published whole.
 */
export class StagedFile implements AsyncDisposable {
  /** The final path. */
  readonly path: string;
  readonly #directory: string;
  readonly #partial: string;
  readonly #file: FileHandle;
  readonly #identity: Pick<BigIntStats, "dev" | "ino">;
  readonly #writer: SequentialWriter;
  #isPublished = false;
  #isClosed = false;

  private constructor(
    place: { directory: string; path: string; partial: string },
    file: FileHandle,
    identity: BigIntStats,
  ) {
    this.#directory = place.directory;
    this.path = place.path;
    this.#partial = place.partial;
    this.#file = file;
    this.#writer = new SequentialWriter(file, { name: place.path });
    this.#identity = { dev: identity.dev, ino: identity.ino };
  }

  /** In a store others must be able to tell whose it is: `owner` is this process. */
  static async create(directory: string, name: string, owner?: Processes): Promise<StagedFile> {
    if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) {
      throw new StoreError("io", `${JSON.stringify(name)} is no file name`);
    }
    const suggested = partialNameOf(name, owner);
    const isTooLong = Buffer.byteLength(suggested) > nameBytesMax;
    const partial = join(directory, isTooLong ? partialNameOf("long-name.ocbak", owner) : suggested);
    const place = { directory, path: join(directory, name), partial };
    try {
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      const file = await open(place.partial, flags, 0o600);
      return new StagedFile(place, file, await file.stat({ bigint: true }));
    } catch (error) {
      throw storeError(error, `creating a file in ${directory}`);
    }
  }

  /** Device and inode, so that a scan can leave the file out. */
  get identity(): Pick<BigIntStats, "dev" | "ino"> {
    return this.#identity;
  }

  get sizeBytes(): number {
    return this.#writer.sizeBytes;
  }

  /** Settles once `chunk` is needed no more; what could not be written is told with a later one, or at the end. */
  async write(chunk: Uint8Array): Promise<void> {
    await this.#writer.write(chunk);
  }

  /** What was written so far, for proving it before it is published. */
  async source(): Promise<ByteSource> {
    await this.#writer.settle();
    return new FileSource(this.#file, this.sizeBytes, this.path);
  }

  /** Gives the file its final name, durably, without overwriting. Throws StoreError `exists`. */
  async publish(): Promise<void> {
    if (this.#isPublished) throw new TypeError("the file is published");
    try {
      await this.#writer.flush();
      await this.#takeName();
      this.#isPublished = true;
      await syncDirectory(this.#directory);
    } catch (error) {
      throw storeError(error, `publishing ${this.path}`);
    }
  }

  async #takeName(): Promise<void> {
    try {
      await link(this.#partial, this.path);
    } catch (error) {
      if (!noHardLinks.has(systemCode(error) ?? "")) throw error;
      await renameToFree(this.#partial, this.path);
      return;
    }
    await this.#removePartial();
  }

  /** Only what this run created is removed, known by device and inode. */
  async #removePartial(): Promise<void> {
    try {
      const { dev, ino } = await lstat(this.#partial, { bigint: true });
      if (dev === this.#identity.dev && ino === this.#identity.ino) await unlink(this.#partial);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw storeError(error, `removing ${this.#partial}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writer[Symbol.asyncDispose]();
    await this.#file.close();
    if (!this.#isPublished) await this.#removePartial();
  }
}

/**
 * Without hard links there is no way to take a name only if it is free (an empty placeholder would be a finished
 * name without an archive, were we killed then). What remains is a look just before.
 */
async function renameToFree(from: string, to: string): Promise<void> {
  const isTaken = await lstat(to).then(
    () => true,
    () => false,
  );
  if (isTaken)
    throw new StoreError("exists", `${to} exists`, {
      hint: "nothing is ever overwritten: choose another name",
    });
  await rename(from, to);
}
