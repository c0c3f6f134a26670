import { constants } from "node:fs";
import { link, open, unlink } from "node:fs/promises";
import { writeBeside } from "../system/replace-file.ts";
import { StoreError } from "./errors.ts";
import { sidecarMode } from "./sidecar.ts";
import { storeError, systemCode } from "./store-error.ts";

/**
 * Makes a file of this text where there is none of its name, and says whether it did. It appears with its whole content,
 * so that nobody reads half of one; only where there are no hard links it is empty for a moment. The text must be one
 * that nobody else writes there. Throws StoreError.
 */
export async function createWhole(path: string, text: string): Promise<boolean> {
  let beside: string | undefined;
  try {
    beside = await writeBeside(path, { text, mode: sidecarMode });
    return await takeName(beside, path, text);
  } catch (error) {
    throw storeError(error, `making ${path}`);
  } finally {
    if (beside !== undefined) await unlink(beside).catch(() => {});
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
  if (!(await createEmpty(path))) return false;
  try {
    await using handle = await open(path, "r+");
    await handle.writeFile(text);
    return true;
  } catch (error) {
    // On a full disk the name may fit and the text not.
    await unlink(path).catch(() => {});
    throw error;
  }
}

/** Makes an empty file where there is none of its name, and says whether it did. Throws system errors. */
export async function createEmpty(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx", sidecarMode)).close();
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** A hundred thousand notes have less. */
const textBytesMax = 64 * 2 ** 20;

/** The text of a file; undefined where there is none. Throws StoreError, `damaged-store` for what cannot be one of ours. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    // O_NONBLOCK: a FIFO that somebody put there is refused, not waited for.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const info = await handle.stat();
    if (!info.isFile() || info.size > textBytesMax) throw foreign(path);
    return await handle.readFile("utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    if (systemCode(error) === "ENXIO") throw foreign(path);
    throw storeError(error, `reading ${path}`);
  }
}

function foreign(path: string): StoreError {
  return new StoreError("damaged-store", `${path} is nothing that ocbak wrote there`, {
    hint: "no archive is touched by this: look at what it is, and move it away",
  });
}
