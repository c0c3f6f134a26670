import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { Findings } from "./findings.ts";
import type { Mapped, PathMapper } from "./path-mapper.ts";
import { rewriteStrings } from "./rewrite-strings.ts";
import { sha256 } from "./sha256.ts";

const Value = z.looseObject({ value: z.string() });
const Row = z.looseObject({ id: z.number() });
const Alias = z.looseObject({ alias_key: z.string(), alias_path: z.string() });

export interface RowWriterOptions {
  readonly mapper: PathMapper;
  readonly findings: Findings;
  /** As reports call it. */
  readonly file: string;
}

/** Changes columns of one database, inside the transaction of its user; a table or column it does not have is passed over. */
export class RowWriter {
  readonly mapper: PathMapper;
  readonly #db: DatabaseSync;
  readonly #options: RowWriterOptions;

  constructor(db: DatabaseSync, options: RowWriterOptions) {
    this.#db = db;
    this.#options = options;
    this.mapper = options.mapper;
  }

  /** Gives every distinct text of a column a new one, or the same; `counted` as a path that was rewritten. */
  update(
    table: string,
    column: string,
    change: (value: string) => string,
    { counted = false }: { readonly counted?: boolean } = {},
  ): void {
    if (!hasColumns(this.#db, table, [column])) return;
    const texts = this.#db.prepare(
      `select distinct "${column}" as value from "${table}" where typeof("${column}") = 'text'`,
    );
    for (const found of texts.all()) {
      const { value } = Value.parse(found);
      const to = change(value);
      if (to === value) continue;
      const done = this.#replace(table, column, { value, to });
      if (done && counted) this.#count(value, to);
    }
  }

  updatePaths(table: string, column: string): void {
    this.update(table, column, (value) => this.mapper.moved(value), { counted: true });
  }

  /** Other ways to a workspace; two that are one now become one. */
  moveAliases(change: (path: string) => string): void {
    const table = "workspace_path_aliases";
    if (!hasColumns(this.#db, table, ["alias_key", "alias_path"])) return;
    const aliases = this.#db.prepare(`select alias_key, alias_path from ${table} order by alias_path`).all();
    const remove = this.#db.prepare(`delete from ${table} where alias_key = ?`);
    const write = this.#db.prepare(`update ${table} set alias_key = ?, alias_path = ? where alias_key = ?`);
    for (const row of aliases) {
      const { alias_key: key, alias_path: value } = Alias.parse(row);
      const to = change(value);
      if (to === value) continue;
      remove.run(sha256(to));
      write.run(sha256(to), to, key);
      this.#count(value, to);
    }
  }

  /** Replaces paths among the strings of JSON texts, row by row. */
  updateJson(table: string, column: string): void {
    const { mapper } = this;
    if (!hasColumns(this.#db, table, [column]) || mapper.needles.length === 0) return;
    const named = mapper.needles.map(() => `instr("${column}", ?) > 0`).join(" or ");
    const needles = mapper.needles.map((needle) => JSON.stringify(needle).slice(1, -1));
    const ids = this.#db
      .prepare(`select rowid as id from "${table}" where typeof("${column}") = 'text' and (${named})`)
      .all(...needles);
    const read = this.#db.prepare(`select "${column}" as value from "${table}" where rowid = ?`);
    for (const found of ids) {
      const { id } = Row.parse(found);
      const { value } = Value.parse(read.get(id));
      const to = rewriteStrings(value, (text) => this.mapCounted(text));
      if (to === undefined)
        this.#options.findings.left(this.#options.file, `${table}.${column}`, "is no JSON");
      else if (to !== value) this.set(table, column, { id, value: to });
    }
  }

  set(table: string, column: string, { id, value }: { readonly id: number; readonly value: string }): void {
    this.#attempt(table, column, () => {
      this.#db.prepare(`update "${table}" set "${column}" = ? where rowid = ?`).run(value, id);
    });
  }

  /** Empties a table; how many rows there were. */
  drop(table: string): number {
    if (!hasColumns(this.#db, table, [])) return 0;
    return Number(this.#db.prepare(`delete from "${table}"`).run().changes);
  }

  /** The new text of a path, counted. */
  mapCounted(text: string): Mapped | undefined {
    const mapped = this.mapper.map(text);
    if (mapped !== undefined) this.#options.findings.count(this.#options.file, mapped.move);
    return mapped;
  }

  #count(value: string, to: string): void {
    const { findings, file } = this.#options;
    findings.count(file, this.mapper.map(value)?.move ?? { from: value, to });
  }

  #replace(
    table: string,
    column: string,
    { value, to }: { readonly value: string; readonly to: string },
  ): boolean {
    return this.#attempt(table, column, () => {
      this.#db.prepare(`update "${table}" set "${column}" = ? where "${column}" = ?`).run(to, value);
    });
  }

  /** A row of the new place may be there already: then the old one stays as it is. */
  #attempt(table: string, column: string, write: () => void): boolean {
    this.#db.exec("savepoint change");
    try {
      write();
      this.#db.exec("release change");
      return true;
    } catch (error) {
      this.#db.exec("rollback to change; release change");
      const why = error instanceof Error ? error.message : String(error);
      this.#options.findings.left(this.#options.file, `${table}.${column}`, `cannot be changed: ${why}`);
      return false;
    }
  }
}

/** Whether there is a table (no view, and none of a module) with these columns. */
export function hasColumns(db: DatabaseSync, table: string, columns: readonly string[]): boolean {
  const sql = "select 1 from pragma_table_list where schema = 'main' and name = ? and type = 'table'";
  if (db.prepare(sql).get(table) === undefined) return false;
  const column = db.prepare("select 1 from pragma_table_info(?) where name = ?");
  return columns.every((name) => column.get(table, name) !== undefined);
}
