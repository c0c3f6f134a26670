import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** A column of a table. */
export interface Column {
  readonly table: string;
  readonly column: string;
}

type Values = Readonly<Record<string, unknown>>;

/** A row that has the key which another one is to get. */
export interface Rival {
  readonly id: number;
  /** What the key has beside the column that changes, for people. */
  readonly shared: string;
  /** It says the same as the other one, but for when. */
  readonly isEqual: boolean;
  /** It was written later than the other one, or nobody can tell. */
  readonly isNewer: boolean;
}

/** When a row was written: the first of these that its table has. */
const times = ["updated_at_ms", "updated_at", "last_used_at_ms", "last_seen_at", "started_at_ms"] as const;
const isTime = (name: string): boolean => /(?:^|_)at(?:_ms)?$/.test(name);

/** The rows that stand in the way of giving one the value `to`: of each unique index, the one that holds its key. */
export function rivalsOf(
  db: DatabaseSync,
  { table, column }: Column,
  { id, to }: { readonly id: number; readonly to: string },
): Rival[] {
  const own = rowOf(db, table, id);
  const found = keysWith(db, { table, column }).flatMap(({ columns, where }) => {
    const others = columns.filter((name) => name !== column);
    const same = [column, ...others].map((name) => `${quoted(name)} = ?`).join(" and ");
    const rows = db
      .prepare(`select rowid as id from ${quoted(table)} where rowid <> ? and ${same} ${where}`)
      .all(id, to, ...others.map((name) => valueOf(own[name])));
    const shared = others.map((name) => `${name} ${String(own[name])}`).join(", ");
    return rows.map((row) => ({ id: Id.parse(row).id, shared }));
  });
  return found.map((rival) => {
    const other = rowOf(db, table, rival.id);
    return { ...rival, isEqual: isEqual(own, other, column), isNewer: !isLater(own, other) };
  });
}

const Id = z.looseObject({ id: z.number() });
const Index = z.looseObject({ name: z.string(), partial: z.number() });
const Part = z.looseObject({ name: z.string().nullable() });
const Sql = z.looseObject({ sql: z.string() });

interface Key {
  readonly columns: readonly string[];
  /** What a partial index asks of a row. */
  readonly where: string;
}

function keysWith(db: DatabaseSync, { table, column }: Column): Key[] {
  const indexes = db.prepare(`select name, partial from pragma_index_list(?) where "unique" = 1`).all(table);
  return indexes.flatMap((row): Key[] => {
    const { name, partial } = Index.parse(row);
    const parts = db.prepare("select name from pragma_index_info(?)").all(name);
    const columns = parts.map((part) => Part.parse(part).name);
    if (!columns.includes(column) || columns.includes(null)) return [];
    return [
      { columns: columns.filter((one) => one !== null), where: partial === 1 ? whereOf(db, name) : "" },
    ];
  });
}

function whereOf(db: DatabaseSync, index: string): string {
  const { sql } = Sql.parse(db.prepare("select sql from sqlite_schema where name = ?").get(index));
  return `and (${/\bwhere\b(.*)$/is.exec(sql)?.[1] ?? "1"})`;
}

function rowOf(db: DatabaseSync, table: string, id: number): Values {
  return db.prepare(`select * from ${quoted(table)} where rowid = ?`).get(id) ?? {};
}

function isEqual(one: Values, other: Values, except: string): boolean {
  return Object.keys(one).every((name) => name === except || isTime(name) || one[name] === other[name]);
}

function isLater(one: Values, other: Values): boolean {
  const time = times.find((name) => name in one);
  return time !== undefined && Number(one[time]) > Number(other[time]);
}

function valueOf(value: unknown): string | number | null {
  return typeof value === "string" || typeof value === "number" ? value : null;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
