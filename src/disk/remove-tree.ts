import { chmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";

import { joinBytes } from "./staged-path.ts";

/**
 * Removes what lies in `directory`, never following a link and whatever the modes inside (a finished tree may hold
 * directories that its owner cannot write to). The directory itself stays.
 */
export function removeContents(directory: Buffer): void {
  for (const name of readdirSync(directory, { encoding: "buffer" })) {
    const path = joinBytes(directory, name);
    if (lstatSync(path).isDirectory()) {
      chmodSync(path, 0o700);
      removeContents(path);
      rmdirSync(path);
    } else {
      unlinkSync(path);
    }
  }
}
