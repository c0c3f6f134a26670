import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { ByteSource, ByteStream } from "../format/bytes.ts";
import { StoreError } from "./errors.ts";
import { OwnedFileSource, writeFully } from "./file-source.ts";
import { StagedFile } from "./staged-file.ts";
import { storeError, systemCode } from "./store-error.ts";

/** Opens an archive for random access. Throws StoreError `not-found`, `not-a-file` or `io`. */
export async function openArchiveFile(path: string): Promise<ByteSource & AsyncDisposable> {
  const file = await openToRead(path);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw notAFile(path, stats.isDirectory());
    return new OwnedFileSource(file, stats.size, path);
  } catch (error) {
    await file.close();
    throw storeError(error, `opening ${path}`);
  }
}

/** O_NONBLOCK: a FIFO is refused, not waited for. */
async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENXIO") throw notAFile(path, false);
    if (code === "EACCES") {
      throw new StoreError("io", `opening ${path} failed: EACCES`, {
        cause: error,
        hint: "archives belong to the user who made them and are readable to no one else",
      });
    }
    throw storeError(error, `opening ${path}`);
  }
}

function notAFile(path: string, isDirectory: boolean): StoreError {
  return isDirectory
    ? new StoreError("not-a-file", `${path} is a directory`, { hint: "name an archive inside it" })
    : new StoreError("not-a-file", `${path} is not a regular file`, { hint: "use - to read from a pipe" });
}

/** Begins a file that will be `name` in `directory` once it is published. */
export async function createStaged(directory: string, name: string): Promise<StagedFile> {
  return StagedFile.create(directory, name);
}

/** Writes a stream to a nameless file in `directory`, for random access. */
export async function spool(stream: ByteStream, directory: string): Promise<ByteSource & AsyncDisposable> {
  const file = await createNameless(directory);
  try {
    let sizeBytes = 0;
    for await (const chunk of stream) {
      await writeFully(file, chunk, { position: sizeBytes, name: `a temporary file in ${directory}` });
      sizeBytes += chunk.length;
    }
    return new OwnedFileSource(file, sizeBytes, "standard input");
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function createNameless(directory: string): Promise<FileHandle> {
  const path = join(directory, `ocbak-spool-${randomBytes(8).toString("hex")}`);
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    const file = await open(path, flags, 0o600);
    await unlink(path);
    return file;
  } catch (error) {
    throw storeError(error, `creating a temporary file in ${directory}`);
  }
}
