import type { RecordsDatabase } from "./database.ts";
import { RecordsError } from "./errors.ts";
import { migrations } from "./migrations.ts";
import { damagedRecords } from "./sqlite-error.ts";

/** `ocbk`: tells this file from the databases of other programs. */
const applicationId = 0x6f63626b;

/** Brings the schema up to date, each step whole or not at all. Throws `newer-records`, and `damaged-records` for a file of others. */
export function migrate(records: RecordsDatabase, steps: readonly string[] = migrations): void {
  while (!isCurrent(records, steps)) {
    records.transaction(() => {
      // Another process may have been here between the look and the lock.
      const version = schemaOf(records, steps);
      if (version === steps.length) return;
      records.exec(steps[version]!);
      records.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version + 1}`);
    });
  }
}

/** Whether the schema is that of this version of ocbak. Throws as {@link migrate}. */
export function isCurrent(records: RecordsDatabase, steps: readonly string[] = migrations): boolean {
  return schemaOf(records, steps) === steps.length;
}

function schemaOf(records: RecordsDatabase, steps: readonly string[]): number {
  const version = Number(records.get("PRAGMA user_version")?.["user_version"]);
  const id = Number(records.get("PRAGMA application_id")?.["application_id"]);
  const tables = Number(records.get("SELECT count(*) AS tables FROM sqlite_schema")?.["tables"]);
  const isNew = version === 0 && id === 0 && tables === 0;
  if (!isNew && id !== applicationId)
    throw damagedRecords(records.file, "it is a database of another program");
  if (version <= steps.length) return version;
  throw new RecordsError("newer-records", `the records ${records.file} were written by a newer ocbak`, {
    hint: `use the newest ocbak: this one knows their schema up to ${steps.length}, and they have ${version}`,
  });
}
