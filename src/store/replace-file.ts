import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { storeError } from "./store-error.ts";

/** Puts a text in a file's place, whole or not at all, durably; mode 0600. Throws StoreError. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    {
      await using handle = await open(beside, "wx", 0o600);
      await handle.writeFile(text);
      await handle.sync();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw storeError(error, `writing ${path}`);
  }
}
