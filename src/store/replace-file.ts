import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { storeError } from "./store-error.ts";
import { syncDirectory } from "./sync-directory.ts";

/**
 * Of the files beside the archives, which hold nothing secret: a store may be shared by several users. The folder of one
 * that is not keeps others out.
 */
export const sidecarMode = 0o644;

/** Puts a text in a file's place, whole or not at all, durably. Throws StoreError. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    {
      await using handle = await open(beside, "wx", sidecarMode);
      await handle.writeFile(text);
      await handle.sync();
    }
    await rename(beside, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw storeError(error, `writing ${path}`);
  }
}
