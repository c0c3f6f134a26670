import { lstatSync, readdirSync } from "node:fs";

import { joinBytes } from "./staged-path.ts";

export interface TreeSize {
  /** Everything in it, itself included. */
  readonly entries: number;
  /** Content bytes of its files, each by every name. */
  readonly bytes: number;
}

/** How much lies at a path. Follows no link; what cannot be listed, or has gone meanwhile, counts as far as it is seen. */
export function treeSize(path: string): TreeSize {
  let entries = 0;
  let bytes = 0;
  const stack: Buffer[] = [Buffer.from(path)];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const stat = lstatSync(next, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    entries += 1;
    if (stat.isFile()) bytes += stat.size;
    if (!stat.isDirectory()) continue;
    const here = next;
    stack.push(...namesIn(here).map((name) => joinBytes(here, name)));
  }
  return { entries, bytes };
}

function namesIn(directory: Buffer): Buffer[] {
  try {
    return readdirSync(directory, { encoding: "buffer" });
  } catch {
    // Closed to us, or gone.
    return [];
  }
}
