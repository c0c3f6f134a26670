import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** How many files there are in a folder and below, and how large they are together. */
export interface Census {
  readonly files: number;
  readonly bytes: number;
}

export function census(folder: string): Census {
  let [files, bytes] = [0, 0];
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    files++;
    bytes += lstatSync(join(entry.parentPath, entry.name)).size;
  }
  return { files, bytes };
}
