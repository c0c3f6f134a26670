import { randomBytes } from "node:crypto";
import { open, rm } from "node:fs/promises";

/**
 * Of the files beside the archives, which hold nothing secret: a store may be shared by several users. The folder of one
 * that is not keeps others out.
 */
export const sidecarMode = 0o644;

/** Writes a text durably to a file beside `path`, and gives its path; nothing is left where that fails. Throws system errors. */
export async function writeBeside(path: string, text: string): Promise<string> {
  const beside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await using handle = await open(beside, "wx", sidecarMode);
    await handle.writeFile(text);
    await handle.sync();
    return beside;
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}
