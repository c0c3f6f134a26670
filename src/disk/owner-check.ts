import type { Stats } from "node:fs";

import { displayBytes } from "../format/entry-path.ts";
import { systemCode } from "./io-error.ts";
import { walkTree } from "./tree-walk.ts";

/** A tree or file that was put in place. All paths are absolute text. */
export interface PlacedTree {
  readonly path: string;
  /** Nothing in it may be open to group and others. */
  readonly isPrivate: boolean;
  /** What lies in it and was not put there: other roots, what was carried over. */
  readonly except: readonly string[];
}

export interface ExpectedOwner {
  readonly uid: number;
  /** Null where the group is the system's choice: a folder with the setgid bit hands down its own. */
  readonly gid: number | null;
}

export interface OwnerFindings {
  readonly entries: number;
  /** Somebody else's, or open to others where nothing may be. */
  readonly wrong: number;
  /** The first of them, with what they are, escaped for display. */
  readonly examples: readonly string[];
}

const examplesMax = 5;

/** Walks what was put in place and looks at whose it is. Follows no link; what has gone meanwhile counts for nothing. */
export function checkOwners(trees: readonly PlacedTree[], owner: ExpectedOwner): OwnerFindings {
  let entries = 0;
  let wrong = 0;
  const examples: string[] = [];
  for (const tree of trees) {
    const options = { except: tree.except, onUnlisted: refuseUnlisted };
    for (const { path, stat } of walkTree(tree.path, options)) {
      entries += 1;
      const trouble = troubleOf(stat, tree, owner);
      if (trouble === undefined) continue;
      wrong += 1;
      if (examples.length < examplesMax) examples.push(`${displayBytes(path.toString("latin1"))} ${trouble}`);
    }
  }
  return { entries, wrong, examples };
}

function troubleOf(stat: Stats, { isPrivate }: PlacedTree, { uid, gid }: ExpectedOwner): string | undefined {
  if (stat.uid !== uid || (gid !== null && stat.gid !== gid)) return `belongs to ${stat.uid}:${stat.gid}`;
  if (isPrivate && !stat.isSymbolicLink() && (stat.mode & 0o077) !== 0)
    return `has mode ${(stat.mode & 0o777).toString(8)}`;
  return undefined;
}

/** A folder that its owner closed to itself was made by us with all that is in it. */
function refuseUnlisted(error: unknown): void {
  if (!["EACCES", "ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) throw error;
}
