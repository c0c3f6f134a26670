import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { breathe } from "../../system/breathe.ts";
import { knownRemainders } from "./database-rules.ts";
import type { Findings } from "./findings.ts";
import type { PathMapper } from "./path-mapper.ts";

export interface SearchSetting {
  readonly mapper: PathMapper;
  readonly findings: Findings;
  readonly file: string;
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/** Longer values are counted, not read. */
const maxValueBytes = 4 * 1024 * 1024;

const Name = z.looseObject({ name: z.string() });
const Found = z.looseObject({ found: z.number(), large: z.number(), example: z.string().nullable() });

/** Looks for old places in the text columns of all tables: history by table, all else to be looked at. */
export async function searchDatabase(db: DatabaseSync, setting: SearchSetting): Promise<void> {
  if (setting.mapper.needles.length === 0) return;
  prepareFunctions(db, setting);
  const tables = db
    .prepare(
      "select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite_%' order by name",
    )
    .all();
  try {
    for (const row of tables) {
      const { name: table } = Name.parse(row);
      for (const column of textColumns(db, table)) {
        await breathe(setting.signal);
        searchColumn(db, { table, column }, setting);
      }
    }
  } catch (error) {
    setting.signal?.throwIfAborted();
    if (Date.now() < setting.deadline) throw error;
    setting.findings.left(setting.file, "", "was not searched to its end for old places: it took too long");
  }
}

function textColumns(db: DatabaseSync, table: string): string[] {
  const columns = db.prepare(
    "select name from pragma_table_info(?) where upper(type) in ('TEXT', 'JSON', 'ANY', '')",
  );
  return columns.all(table).map((row) => Name.parse(row).name);
}

function prepareFunctions(db: DatabaseSync, { mapper, deadline }: SearchSetting): void {
  db.function("ocbak_old_place", { deterministic: true, directOnly: true }, (value) => {
    if (Date.now() > deadline) throw new Error("out of time");
    return typeof value === "string" ? (mapper.find(value) ?? null) : null;
  });
  db.function("ocbak_in_time", { directOnly: true }, () => {
    if (Date.now() > deadline) throw new Error("out of time");
    return 1;
  });
}

interface Column {
  readonly table: string;
  readonly column: string;
}

function searchColumn(db: DatabaseSync, { table, column }: Column, setting: SearchSetting): void {
  const { mapper, findings, file } = setting;
  const value = `"${column.replaceAll('"', '""')}"`;
  const first = mapper.needles.map(() => `instr(${value}, ?) > 0`).join(" or ");
  const place = `case when octet_length(${value}) <= ${maxValueBytes} and (${first}) then ocbak_old_place(${value}) end`;
  const sql = `select count(place) as found, coalesce(sum(large), 0) as large, min(place) as example from
    (select ${place} as place, octet_length(${value}) > ${maxValueBytes} as large
     from "${table.replaceAll('"', '""')}" where typeof(${value}) = 'text' and ocbak_in_time())`;
  const { found, large, example } = Found.parse(db.prepare(sql).get(...mapper.needles));
  if (large > 0)
    findings.history(
      file,
      `${table}.${column}`,
      `${rows(large)} of more than 4 MiB not searched for old places`,
    );
  if (found === 0 || example === null) return;
  const known = knownRemainders.find(({ tables }) => tables.test(table));
  const what = `${table}.${column} of ${rows(found)}`;
  if (known?.kind === "history") findings.history(file, example, `in ${what}: ${known.why}`);
  else findings.left(file, example, `in ${what}: ${known?.why ?? "not known to ocbak; look at it"}`);
}

function rows(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`;
}
