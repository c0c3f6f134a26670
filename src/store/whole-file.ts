import { randomBytes } from "node:crypto";
import { link, open, readFile, unlink } from "node:fs/promises";
import { sidecarMode } from "./replace-file.ts";
import { storeError, systemCode } from "./store-error.ts";

/**
 * Makes a file of this text where there is none of its name, and says whether it did. It appears with its whole content,
 * so that nobody reads half of one; only where there are no hard links it is empty for a moment. The text must be one
 * that nobody else writes there. Throws StoreError.
 */
export async function createWhole(path: string, text: string): Promise<boolean> {
  const beside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    {
      await using handle = await open(beside, "wx", sidecarMode);
      await handle.writeFile(text);
      await handle.sync();
    }
    return await takeName(beside, path, text);
  } catch (error) {
    throw storeError(error, `making ${path}`);
  } finally {
    await unlink(beside).catch(() => {});
  }
}

async function takeName(beside: string, path: string, text: string): Promise<boolean> {
  try {
    await link(beside, path);
    return true;
  } catch (error) {
    // Over NFS an answer may get lost: the second try then finds what the first one made.
    if (systemCode(error) === "EEXIST") return (await textOf(path)) === text;
  }
  try {
    await using handle = await open(path, "wx", sidecarMode);
    await handle.writeFile(text);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** The text of a file; undefined where there is none. Throws StoreError. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw storeError(error, `reading ${path}`);
  }
}
