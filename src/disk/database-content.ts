import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { breathe } from "../system/breathe.ts";
import { RowDigest } from "./row-digest.ts";

/** What a database holds, whatever its pages look like. */
export interface DatabaseContent {
  /** What counts beside tables: encoding, user_version, application_id. */
  readonly settings: ReadonlyMap<string, string>;
  /** Tables, indexes, views and triggers by `type name`, each with its SQL. */
  readonly schema: ReadonlyMap<string, string>;
  /** Ordinary tables, those behind virtual ones too; a digest over all rows in order. */
  readonly tables: ReadonlyMap<string, TableContent>;
}

export interface TableContent {
  readonly rows: number;
  readonly sha256: string;
}

export interface ReadContentOptions {
  /** `performance.now()` at which it is given up. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

/** Between two looks at the clock and the signal. */
const rowsPerStep = 5000;
/** Columns of one query: SQLite gives at most 2000 of them, and two are asked for each. */
const columnsPerQuery = 500;

/**
 * Reads all that a database holds. `file` is a private copy that stands alone (see snapshotDatabase): it is opened for
 * reading, runs no code of its own, and its virtual tables, whose modules may be missing, are not asked. Statistics of
 * the query planner are no content. Throws what SQLite throws, the signal's reason, and an Error past the deadline.
 */
export async function readDatabaseContent(
  file: string,
  options: ReadContentOptions,
): Promise<DatabaseContent> {
  using database = new DatabaseSync(file, { readOnly: true, allowExtension: false });
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; BEGIN");
  const tables = new Map<string, TableContent>();
  for (const name of ordinaryTables(database)) tables.set(name, await readTable(database, name, options));
  return { settings: settingsOf(database), schema: schemaOf(database), tables };
}

function settingsOf(database: DatabaseSync): Map<string, string> {
  const names = ["encoding", "user_version", "application_id"];
  return new Map(
    names.map((name) => [name, text(Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0])]),
  );
}

function schemaOf(database: DatabaseSync): Map<string, string> {
  const rows = database
    .prepare(
      "SELECT type || ' ' || name AS name, tbl_name, tbl_name || char(10) || coalesce(sql, '') AS text FROM sqlite_schema",
    )
    .all();
  return new Map(
    rows
      .filter((row) => !isStatistics(text(row["tbl_name"])))
      .map((row) => [text(row["name"]), text(row["text"])]),
  );
}

function ordinaryTables(database: DatabaseSync): string[] {
  return database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
    )
    .all()
    .map(({ name }) => text(name))
    .filter((name) => !isStatistics(name));
}

/** What a schema holds is text or a number, unless somebody wrote into it. */
function text(value: SQLOutputValue | undefined): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);
}

function isStatistics(table: string): boolean {
  return /^sqlite_stat\d$/i.test(table);
}

async function readTable(
  database: DatabaseSync,
  name: string,
  { deadline, signal }: ReadContentOptions,
): Promise<TableContent> {
  const digest = new RowDigest();
  let rows = 0;
  for (const query of queriesOf(database, name)) {
    rows = 0;
    const statement = database.prepare(query);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    for (const row of statement.iterate()) {
      for (const value of row as unknown as SQLOutputValue[]) digest.add(value);
      rows += 1;
      if (rows % rowsPerStep !== 0) continue;
      await breathe(signal);
      if (performance.now() > deadline) throw new Error("reading it took too long");
    }
  }
  return { rows, sha256: digest.hex() };
}

/**
 * Rows in the order of the table's own tree, which VACUUM keeps: that of rowids, or of the primary key. Rowids are not
 * read: where they are content they are a column. Text as its bytes, which need not be valid.
 */
function queriesOf(database: DatabaseSync, table: string): string[] {
  const described = database.prepare(`PRAGMA table_xinfo(${quoted(table)})`).all();
  // What is generated is no content, and computing it could call anything.
  const columns = described.filter(({ hidden }) => hidden === 0).map(({ name }) => text(name));
  const names = new Set(described.map(({ name }) => text(name).toLowerCase()));
  const rowid = hasRowid(database, table)
    ? ["rowid", "_rowid_", "oid"].find((one) => !names.has(one))
    : undefined;
  const queries: string[] = [];
  for (let at = 0; at < columns.length; at += columnsPerQuery) {
    const wanted = columns.slice(at, at + columnsPerQuery).map((column) => asBytes(quoted(column)));
    const order = rowid === undefined ? "" : ` ORDER BY ${rowid}`;
    queries.push(`SELECT ${wanted.join(", ")} FROM ${quoted(table)} NOT INDEXED${order}`);
  }
  return queries;
}

function hasRowid(database: DatabaseSync, table: string): boolean {
  const rows = database.prepare(`PRAGMA main.table_list(${quoted(table)})`).all();
  return rows.some(({ schema, wr }) => schema === "main" && wr === 0);
}

function asBytes(column: string): string {
  return `typeof(${column}), CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
