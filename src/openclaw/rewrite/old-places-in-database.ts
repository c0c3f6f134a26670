import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { databaseRules } from "./database-rules.ts";
import { memoryPlace } from "./digest-keys.ts";
import { oldPlacesIn } from "./old-places-in-text.ts";
import type { PathMapper } from "./path-mapper.ts";
import { hasColumns } from "./row-writer.ts";
import { sha256 } from "./sha256.ts";

interface Column {
  readonly table: string;
  readonly column: string;
  readonly where?: string;
}

const memoryCore = { table: "plugin_state_entries", where: "plugin_id = 'memory-core'" };

/** Paths, and keys that are digests of them or have them at their end. */
const keyedColumns: readonly Column[] = [
  { table: "workspace_setup_state", column: "workspace_path" },
  { table: "workspace_setup_state", column: "workspace_key" },
  { table: "workspace_generated_bootstrap_hashes", column: "workspace_key" },
  { table: "workspace_path_aliases", column: "workspace_path" },
  { table: "workspace_path_aliases", column: "workspace_key" },
  { table: "workspace_path_aliases", column: "alias_path" },
  { table: "workspace_path_aliases", column: "alias_key" },
  { table: "config_machine_state", column: "state_key" },
  { ...memoryCore, column: "entry_key" },
  { ...memoryCore, column: "value_json" },
];

const Value = z.looseObject({ value: z.string() });

/** Old places in columns that a rewrite has rules for, and digests of them in keys; `places`: what keys may be digests of. */
export function oldPlacesInDatabase(
  db: DatabaseSync,
  mapper: PathMapper,
  places: readonly string[],
): string[] {
  const paths = databaseRules.flatMap((rule) =>
    rule.action === "path" ? textsOf(db, rule, (value) => (mapper.isOld(value) ? [value] : [])) : [],
  );
  const json = databaseRules.flatMap((rule) =>
    rule.action === "json" ? textsOf(db, rule, (value) => oldPlacesIn(value, "json5", mapper)) : [],
  );
  const olds = places.filter((place) => mapper.isOld(place));
  const digests = new Map(olds.flatMap((old) => [old, memoryPlace(old)].map((form) => [sha256(form), old])));
  const keys = keyedColumns.flatMap((column) =>
    textsOf(db, column, (value) =>
      mapper.isOld(value.replace(/^cron\.quarantine:/, ""))
        ? [value]
        : [...value.matchAll(/[0-9a-f]{64}/g)].flatMap(([digest]) => digests.get(digest) ?? []),
    ),
  );
  return [...new Set([...paths, ...json, ...keys])];
}

/** What is found in the texts of a column, with where that is. */
function textsOf(
  db: DatabaseSync,
  { table, column, where = "1" }: Column,
  find: (value: string) => readonly string[],
): string[] {
  if (!hasColumns(db, table, [column])) return [];
  const rows = db.prepare(
    `select distinct "${column}" as value from "${table}" where typeof("${column}") = 'text' and ${where}`,
  );
  const found = [];
  for (const row of rows.iterate()) found.push(...find(Value.parse(row).value));
  return found.map((what) => `${what} in ${table}.${column}`);
}
