import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { PathMapper } from "./path-mapper.ts";
import { hasColumns, type RowWriter } from "./row-writer.ts";
import { sha256 } from "./sha256.ts";

const Alias = z.looseObject({ alias_path: z.string(), workspace_path: z.string() });
const AliasPath = z.looseObject({ alias_path: z.string() });
const Setup = z.looseObject({ workspace_path: z.string() });

/** Old real paths of workspaces and their new ones. */
export type RealWorkspaces = ReadonlyMap<string, string>;

export interface WorkspaceSetting {
  readonly mapper: PathMapper;
  /** Where a path of this machine leads to. */
  readonly realPath: (path: string) => string;
}

/**
 * OpenClaw knows a workspace by its real path, and every other way to it as an alias; one whose alias leads elsewhere than is
 * stored it refuses (workspace-state-store of 2026.9.6). So the new path is the real one of this machine, and one that was
 * reached through links on the old machine goes where its alias goes.
 */
export function realWorkspaces(db: DatabaseSync, { mapper, realPath }: WorkspaceSetting): RealWorkspaces {
  const aliases = hasColumns(db, "workspace_path_aliases", ["alias_path", "workspace_path"])
    ? db
        .prepare("select alias_path, workspace_path from workspace_path_aliases order by alias_path")
        .all()
        .map((row) => Alias.parse(row))
    : [];
  const setups = hasColumns(db, "workspace_setup_state", ["workspace_path"])
    ? db
        .prepare("select workspace_path from workspace_setup_state where workspace_path is not null")
        .all()
        .map((row) => Setup.parse(row))
    : [];
  const olds = new Set([...aliases, ...setups].map((row) => row.workspace_path));
  const newOf = (old: string): string => {
    const moved = mapper.moved(old);
    if (moved !== old || mapper.stays(old)) return moved;
    const alias = aliases.find(
      (row) => row.workspace_path === old && mapper.moved(row.alias_path) !== row.alias_path,
    );
    return alias === undefined ? old : mapper.moved(alias.alias_path);
  };
  return new Map(Array.from(olds, (old) => [old, realPath(newOf(old))]));
}

/** Gives the rows of workspaces their new paths and keys; some rows have a key alone, of a workspace among `places`. */
export function moveWorkspaces(
  db: DatabaseSync,
  rows: RowWriter,
  reals: RealWorkspaces,
  { places, realPath }: { readonly places: readonly string[]; readonly realPath: (path: string) => string },
): void {
  const paths = (old: string): string => reals.get(old) ?? rows.mapper.moved(old);
  const known = places
    .map((place) => [place, rows.mapper.moved(place)] as const)
    .filter(([place, moved]) => moved !== place)
    .map(([place, moved]): [string, string] => [place, realPath(moved)]);
  const digests = digestsOf([...known, ...reals]);
  const aliases = digestsOf(aliasPaths(db).map((old) => [old, paths(old)]));
  // Paths first: rows that come to have one key are compared by the rest of them.
  for (const [table, column] of pathColumns) rows.update(table, column, paths, { counted: true });
  for (const table of keyedTables) rows.update(table, "workspace_key", (key) => digests.get(key) ?? key);
  rows.update("workspace_path_aliases", "alias_key", (key) => aliases.get(key) ?? key);
}

const pathColumns = [
  ["workspace_setup_state", "workspace_path"],
  ["workspace_path_aliases", "workspace_path"],
  ["workspace_path_aliases", "alias_path"],
] as const;
const keyedTables = [
  "workspace_generated_bootstrap_hashes",
  "workspace_setup_state",
  "workspace_path_aliases",
] as const;

function digestsOf(moved: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  return new Map(Array.from(moved, ([old, now]) => [sha256(old), sha256(now)]));
}

function aliasPaths(db: DatabaseSync): string[] {
  if (!hasColumns(db, "workspace_path_aliases", ["alias_path"])) return [];
  const rows = db.prepare("select alias_path from workspace_path_aliases").all();
  return rows.map((row) => AliasPath.parse(row).alias_path);
}
