import { createHash } from "node:crypto";
import { type BigIntStats, lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Relative path → everything of an entry that a backup must bring back, in one line. */
export type Tree = ReadonlyMap<string, string>;

/**
 * Looks at a tree with nothing of ocbak: names, types, permission bits, times to the microsecond, content by SHA-256,
 * where links lead. Of the databases named only type and mode count: their rows are compared instead.
 */
export function walk(home: string, databases: readonly string[]): Tree {
  const found = new Map<string, string>();
  const visit = (path: string): void => {
    for (const name of readdirSync(join(home, path)).toSorted()) {
      const inner = path === "" ? name : `${path}/${name}`;
      if (databases.some((database) => isSidecar(inner, database))) continue;
      const stat = lstatSync(join(home, inner), { bigint: true });
      found.set(inner, describe(join(home, inner), stat, databases.includes(inner)));
      if (stat.isDirectory()) visit(inner);
    }
  };
  visit("");
  return found;
}

/** What differs, one line each; nothing where the trees agree. */
export function differences(left: Tree, right: Tree): string[] {
  const paths = [...new Set([...left.keys(), ...right.keys()])].toSorted();
  return paths.flatMap((path) => {
    const [before, after] = [left.get(path), right.get(path)];
    return before === after ? [] : [`${path}: ${before ?? "nothing"} | ${after ?? "nothing"}`];
  });
}

/** A tree without some folders and all below them. */
export function without(tree: Tree, folders: readonly string[]): Tree {
  const gone = (path: string) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
  return new Map([...tree].filter(([path]) => !gone(path)));
}

/** The part of a tree below a folder, the folder itself included. */
export function below(tree: Tree, folder: string): Tree {
  return new Map([...tree].filter(([path]) => path === folder || path.startsWith(`${folder}/`)));
}

function isSidecar(path: string, database: string): boolean {
  return path === `${database}-wal` || path === `${database}-shm`;
}

function describe(path: string, stat: BigIntStats, isDatabase: boolean): string {
  const mode = (stat.mode & 0o7777n).toString(8);
  const time = stat.mtimeNs / 1000n;
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (stat.isDirectory()) return `directory ${mode} ${time}`;
  if (isDatabase) return `database ${mode}`;
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
  return `file ${mode} ${time} ${stat.size} ${digest}`;
}
