import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { moveValues, type ValueMove } from "./column-moves.ts";
import type { Findings } from "./findings.ts";
import type { Mapped, PathMapper } from "./path-mapper.ts";
import { rewriteStrings } from "./rewrite-strings.ts";
import type { Column } from "./rivals.ts";

const Value = z.looseObject({ value: z.string() });
const Row = z.looseObject({ id: z.number() });
const Kept = z.looseObject({ kept: z.union([z.number(), z.string(), z.null()]) });

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
    const ids = this.#db.prepare(`select rowid as id from "${table}" where "${column}" = ?`);
    const changes = texts
      .all()
      .map((row) => Value.parse(row).value)
      .map((from) => ({ from, to: change(from) }))
      .filter(({ from, to }) => from !== to);
    const moves = changes.flatMap(({ from, to }) =>
      ids.all(from).map((row) => ({ id: Row.parse(row).id, from, to })),
    );
    if (!this.move({ table, column }, moves) || !counted) return;
    for (const { from, to } of changes) this.#count(from, to);
  }

  updatePaths(table: string, column: string): void {
    this.update(table, column, (value) => this.mapper.moved(value), { counted: true });
  }

  /** Gives rows their new values, all at once; two that come to have one key are one, and what is gone is told. */
  move({ table, column }: Column, moves: readonly ValueMove[]): boolean {
    const { findings, file } = this.#options;
    return this.#attempt(table, column, () => {
      for (const { move, rival } of moveValues(this.#db, { table, column }, moves)) {
        const shared = rival.shared === "" ? "" : ` (${rival.shared})`;
        findings.note(
          `two rows of ${table}.${column}${shared} in ${file} have one key now, as what ${move.from} named is in the place of another: the one written later was kept`,
        );
      }
    });
  }

  /**
   * Replaces paths among the strings of JSON texts, row by row. `keeps`: a column of the row that a trigger changes with
   * this one, and that is to be as it was.
   */
  updateJson(table: string, column: string, keeps?: string): void {
    const { mapper } = this;
    if (!hasColumns(this.#db, table, [column]) || mapper.needles.length === 0) return;
    const named = mapper.needles.map(() => `instr("${column}", ?) > 0`).join(" or ");
    const ids = this.#db
      .prepare(`select rowid as id from "${table}" where typeof("${column}") = 'text' and (${named})`)
      .all(...mapper.needles);
    const read = this.#db.prepare(`select "${column}" as value from "${table}" where rowid = ?`);
    for (const found of ids) {
      const { id } = Row.parse(found);
      const { value } = Value.parse(read.get(id));
      const to = rewriteStrings(value, (text) => this.mapCounted(text));
      if (to === undefined)
        this.#options.findings.left(this.#options.file, `${table}.${column}`, "is no JSON");
      else if (to !== value)
        this.#keeping(table, keeps, id, () => this.set(table, column, { id, value: to }));
    }
  }

  #keeping(table: string, column: string | undefined, id: number, write: () => void): void {
    if (column === undefined || !hasColumns(this.#db, table, [column])) return write();
    const { kept } = Kept.parse(
      this.#db.prepare(`select "${column}" as kept from "${table}" where rowid = ?`).get(id),
    );
    write();
    this.#db.prepare(`update "${table}" set "${column}" = ? where rowid = ?`).run(kept, id);
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

  /** What cannot be done is not done at all, and told. */
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
