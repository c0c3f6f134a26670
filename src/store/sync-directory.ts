import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { systemCode } from "./store-error.ts";

/** What fsync answers for a directory on file systems that cannot do it. */
const noDirectorySync = new Set(["EINVAL", "EPERM", "EACCES", "EISDIR", "ENOTSUP", "EBADF"]);

/** Makes the names in a directory durable, where its file system can. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY).catch((error: unknown) => {
    if (noDirectorySync.has(systemCode(error) ?? "")) return undefined;
    throw error;
  });
  try {
    await handle?.sync();
  } catch (error) {
    if (!noDirectorySync.has(systemCode(error) ?? "")) throw error;
  } finally {
    await handle?.close();
  }
}
