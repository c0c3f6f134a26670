import { walkTree } from "./tree-walk.ts";

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
  for (const { stat } of walkTree(path, { onUnlisted: () => {} })) {
    entries += 1;
    if (stat.isFile()) bytes += stat.size;
  }
  return { entries, bytes };
}
