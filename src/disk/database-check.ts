import { DatabaseSync } from "node:sqlite";
import { messageOf } from "./io-error.ts";

export interface CheckResult {
  /** `unchecked`: something the database needs for the check (a module, a function) is not in this SQLite. */
  readonly check: "ok" | "failed" | "unchecked";
  readonly detail?: string;
}

/** Above this only quick_check runs: the full check reads every index at random. */
const fullCheckBytesMax = 256 * 1024 * 1024;
const rowsShown = 3;

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
export const sqliteCodes = {
  error: 1,
  busy: 5,
  locked: 6,
  readonly: 8,
  interrupt: 9,
  io: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  protocol: 15,
  notDatabase: 26,
} as const;

/** The primary result code of an error that SQLite threw, else undefined. */
export function sqliteCode(error: unknown): number | undefined {
  const code = error instanceof Error ? (error as Error & { errcode?: unknown }).errcode : undefined;
  return typeof code === "number" ? code & 0xff : undefined;
}

/**
 * Makes a private copy stand alone (journal mode DELETE, its log applied) and checks it. A database of another
 * program with virtual tables, functions or collations that are unknown here is not taken for damaged: then its
 * ordinary tables are checked one by one.
 */
export function settleCopy(file: string, sizeBytes: number): CheckResult {
  const database = new DatabaseSync(file, { allowExtension: false });
  try {
    database.exec("PRAGMA trusted_schema = OFF; PRAGMA journal_mode = DELETE");
    const pragma = sizeBytes <= fullCheckBytesMax ? "integrity_check" : "quick_check";
    return runCheck(database, pragma) ?? checkTables(database);
  } catch (error) {
    return { check: "failed", detail: messageOf(error) };
  } finally {
    database.close();
  }
}

/** The full check of a database that nobody writes to, whatever its size; nothing is written. */
export function checkDatabase(file: URL): CheckResult {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, allowExtension: false });
    database.exec("PRAGMA trusted_schema = OFF");
    return runCheck(database, "integrity_check") ?? checkTables(database);
  } catch (error) {
    return { check: "failed", detail: messageOf(error) };
  } finally {
    database?.close();
  }
}

/** Undefined where the check could not run for want of something. */
function runCheck(database: DatabaseSync, pragma: string): CheckResult | undefined {
  try {
    const rows = database.prepare(`PRAGMA ${pragma}`).all();
    const problems = rows.map((row) => String(Object.values(row)[0])).filter((text) => text !== "ok");
    if (problems.length === 0) return { check: "ok" };
    return { check: "failed", detail: problems.slice(0, rowsShown).join("; ") };
  } catch (error) {
    if (sqliteCode(error) === sqliteCodes.error) return undefined;
    return { check: "failed", detail: messageOf(error) };
  }
}

function checkTables(database: DatabaseSync): CheckResult {
  const names = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
    .all()
    .map((row) => String(row["name"]));
  const unchecked: string[] = [];
  for (const name of names) {
    const result = runCheck(database, `quick_check('${name.replaceAll("'", "''")}')`);
    if (result?.check === "failed") return result;
    if (result === undefined) unchecked.push(name);
  }
  const rest = unchecked.length === 0 ? "" : `; not checked: ${unchecked.slice(0, rowsShown).join(", ")}`;
  return { check: "unchecked", detail: `only its ordinary tables were checked${rest}` };
}
