import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { writeBeside } from "./beside.ts";
import { storeError } from "./store-error.ts";
import { syncDirectory } from "./sync-directory.ts";

/** Puts a text in a file's place, whole or not at all, durably. Throws StoreError. */
export async function replaceFile(path: string, text: string): Promise<void> {
  let beside: string | undefined;
  try {
    beside = await writeBeside(path, text);
    await rename(beside, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    if (beside !== undefined) await rm(beside, { force: true }).catch(() => {});
    throw storeError(error, `writing ${path}`);
  }
}
