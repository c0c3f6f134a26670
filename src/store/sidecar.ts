import { replaceFile } from "../system/replace-file.ts";
import { storeError } from "./store-error.ts";

/**
 * Of the files beside the archives, which hold nothing secret: a store may be shared by several users. The folder of one
 * that is not keeps others out.
 */
export const sidecarMode = 0o644;

/** Puts a text in the place of a file beside the archives, whole or not at all, durably. Throws StoreError. */
export async function replaceSidecar(path: string, text: string): Promise<void> {
  try {
    await replaceFile(path, { text, mode: sidecarMode });
  } catch (error) {
    throw storeError(error, `writing ${path}`);
  }
}
