import fs from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

/** Opens a database of OpenClaw to read. Throws where it is none. */
export function openStateDatabase(file: string): DatabaseSync {
  return new DatabaseSync(withoutSidecars(file), { readOnly: true, timeout: 1000 });
}

/** Opens a database of OpenClaw, reads it in one go and closes it. Throws what opening and reading throw. */
export function readStateDatabase<T>(file: string, read: (db: DatabaseSync) => T): T {
  const db = openStateDatabase(file);
  try {
    return read(db);
  } finally {
    db.close();
  }
}

export function hasTable(db: DatabaseSync, name: string): boolean {
  return db.prepare("select 1 from sqlite_schema where type = 'table' and name = ?").get(name) !== undefined;
}

/** Opening a WAL database, even read-only, leaves `-wal` and `-shm` beside it. Without a `-wal` it need not. */
function withoutSidecars(database: string): URL {
  const url = pathToFileURL(database);
  if (!fs.existsSync(`${database}-wal`)) url.searchParams.set("immutable", "1");
  return url;
}
