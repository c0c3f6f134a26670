import path from "node:path";
import { hasTable, readStateDatabase } from "../state-database.ts";
import { mayBeDatabase } from "./file-rules.ts";
import { isDatabase } from "./staged-database.ts";
import type { StagedFile, StagedTree } from "./staged-tree.ts";

/** What digests may be of: the roots, and where the config file is; where nobody says, in the state dir. */
export function placesOf(trees: readonly StagedTree[], configFile: string | null): string[] {
  const roots = trees.flatMap(({ id, sourcePath }) =>
    id === "state" ? [sourcePath, path.join(sourcePath, "openclaw.json")] : [sourcePath],
  );
  return configFile === null ? roots : [configFile, ...roots];
}

/** Whether it is one of OpenClaw's databases. */
export function isOwnDatabase(file: StagedFile): boolean {
  const { place, below, kind } = file;
  if (!mayBeDatabase(kind, file)) return false;
  try {
    if (!isDatabase(place)) return false;
    return below !== "" || readStateDatabase(place, (db) => hasTable(db, "schema_meta"));
  } catch {
    return false;
  }
}
