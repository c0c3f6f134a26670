import fs from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

/** Opens a database of OpenClaw to read. Throws where it is none. */
export function openStateDatabase(file: string): DatabaseSync {
  return new DatabaseSync(withoutSidecars(file), { readOnly: true, timeout: 1000 });
}

/** Opening a WAL database, even read-only, leaves `-wal` and `-shm` beside it. Without a `-wal` it need not. */
function withoutSidecars(database: string): URL {
  const url = pathToFileURL(database);
  if (!fs.existsSync(`${database}-wal`)) url.searchParams.set("immutable", "1");
  return url;
}
