import { DatabaseSync } from "node:sqlite";

/** Every row of every table of a database, as text, tables and rows in order. Throws if SQLite calls it damaged. */
export function rowsOf(file: string): string[] {
  using db = new DatabaseSync(file);
  const check = db.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
  if (check !== "ok") throw new Error(`${file}: ${String(check)}`);
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  return tables.flatMap(({ name }) =>
    db
      .prepare(`SELECT * FROM "${String(name)}" ORDER BY rowid`)
      .all()
      .map((row) => `${String(name)} ${JSON.stringify(row, binaryAsHex)}`),
  );
}

function binaryAsHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}
