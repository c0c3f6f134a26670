import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory } from "./sync-directory.ts";

/** A text to be written, and the mode of its file. */
export interface WholeText {
  readonly text: string;
  readonly mode: number;
  /** The mode holds whatever the umask is. Default: the umask takes from it. */
  readonly isExact?: boolean;
}

/** Writes a text durably to a file beside `path`, and gives its path; nothing is left where that fails. Throws system errors. */
export async function writeBeside(path: string, { text, mode, isExact = false }: WholeText): Promise<string> {
  const beside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await using handle = await open(beside, "wx", mode);
    await handle.writeFile(text);
    if (isExact) await handle.chmod(mode);
    await handle.sync();
    return beside;
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}

/** Puts a text in a file's place, whole or not at all, durably. Throws system errors. */
export async function replaceFile(path: string, text: WholeText): Promise<void> {
  const beside = await writeBeside(path, text);
  try {
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
  await syncDirectory(dirname(path));
}
