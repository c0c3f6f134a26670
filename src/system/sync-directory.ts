import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** What fsync answers for a directory on file systems that cannot do it. */
const noDirectorySync = new Set(["EINVAL", "EPERM", "EACCES", "EISDIR", "ENOTSUP", "EBADF"]);

/** Makes the names in a directory durable, where its file system can. Throws system errors. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY).catch((error: unknown) => {
    if (cannot(error)) return undefined;
    throw error;
  });
  try {
    await handle?.sync();
  } catch (error) {
    if (!cannot(error)) throw error;
  } finally {
    await handle?.close();
  }
}

function cannot(error: unknown): boolean {
  return noDirectorySync.has((error as NodeJS.ErrnoException).code ?? "");
}
