import { type DatabaseContent, type ReadContentOptions, readDatabaseContent } from "./database-content.ts";

/** In what two databases differ; a table that only one has is told by its schema, too. */
export interface DatabaseDifference {
  /** encoding, user_version, application_id. */
  readonly settings: readonly string[];
  /** `table NAME`, `index NAME`, `view NAME`, `trigger NAME`. */
  readonly schema: readonly string[];
  /** How many rows each has, null for a database without the table. */
  readonly tables: readonly {
    readonly name: string;
    readonly rows: number | null;
    readonly otherRows: number | null;
  }[];
}

/**
 * Compares two private copies by what they hold: pages, free lists and counters are no content. Undefined where they
 * are the same. Throws what {@link readDatabaseContent} throws.
 */
export async function compareDatabases(
  file: string,
  other: string,
  options: ReadContentOptions,
): Promise<DatabaseDifference | undefined> {
  const left = await readDatabaseContent(file, options);
  const right = await readDatabaseContent(other, options);
  const difference = {
    settings: unequal(left.settings, right.settings),
    schema: unequal(left.schema, right.schema),
    tables: unequalTables(left.tables, right.tables),
  };
  return Object.values(difference).every(({ length }) => length === 0) ? undefined : difference;
}

function unequalTables(
  left: DatabaseContent["tables"],
  right: DatabaseContent["tables"],
): DatabaseDifference["tables"] {
  return unequal(digestsOf(left), digestsOf(right)).map((name) => ({
    name,
    rows: left.get(name)?.rows ?? null,
    otherRows: right.get(name)?.rows ?? null,
  }));
}

function digestsOf(tables: DatabaseContent["tables"]): Map<string, string> {
  return new Map([...tables].map(([name, { sha256 }]) => [name, sha256]));
}

function unequal(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): string[] {
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names].filter((name) => left.get(name) !== right.get(name)).sort();
}
