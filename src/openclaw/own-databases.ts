import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { textOf } from "../format/entry-path.ts";
import { hasTable, readStateDatabase } from "./state-database.ts";
import type { TakenEntry } from "./taken-entry.ts";

/** A database of OpenClaw's own in a backup: what it is and which versions wrote it. */
export const OwnDatabase = z.object({
  /** Its entry path in the archive. */
  path: z.string(),
  /** `global` or `agent`; null where it does not say, as all else. */
  role: z.string().nullable(),
  /** Whose it is. */
  agent: z.string().nullable(),
  /** `PRAGMA user_version`. */
  userVersion: z.number().nullable(),
  /** Of the table `schema_meta`. */
  schemaVersion: z.number().nullable(),
  /** Of the OpenClaw that made it or last brought its schema up to date. */
  appVersion: z.string().nullable(),
});
export type OwnDatabase = z.infer<typeof OwnDatabase>;

/** A database, and what was asked of it; null where it could not be read. */
export interface Asked<T> {
  readonly database: OwnDatabase;
  readonly answer: T | null;
}

/** Where OpenClaw's main database stands in an archive. */
export const stateDatabasePath = "state/state/openclaw.sqlite";

const ownName = /(?:^|\/)openclaw(?:-[a-z]+)?\.sqlite$/;

/**
 * Asks each of OpenClaw's own databases in a backup, as it lies on disk: what is named like one, and any other `.sqlite`
 * outside of workspaces that says so itself. One that cannot be read is a warning.
 */
export function askOwnDatabases<T>(
  entries: readonly TakenEntry[],
  ask: (db: DatabaseSync, database: OwnDatabase) => T,
  warn: (line: string) => void,
): Asked<T>[] {
  return entries.filter(isCandidate).flatMap(({ path, source }): Asked<T>[] => {
    const file = textOf(source);
    if (file === undefined) return [];
    const entryPath = textOf(path) ?? path;
    const isOwn = ownName.test(entryPath);
    try {
      const asked = readStateDatabase(file, (db) => {
        const database = describe(db, entryPath);
        return isOwn || database.role !== null ? { database, answer: ask(db, database) } : undefined;
      });
      return asked === undefined ? [] : [asked];
    } catch (error) {
      if (!isOwn) return [];
      const why = error instanceof Error ? error.message : String(error);
      warn(`the database ${file} cannot be read (${why}): what it holds was not counted`);
      return [{ database: unknownDatabase(entryPath), answer: null }];
    }
  });
}

function isCandidate({ path, database, excluded }: TakenEntry): boolean {
  const isPlace = path.endsWith(".sqlite") || !path.includes("/");
  return database === true && excluded === undefined && isPlace && !path.startsWith("workspace.");
}

const SchemaRow = z.object({
  role: z.string(),
  agent_id: z.string().nullable(),
  schema_version: z.number(),
  app_version: z.string().nullable(),
});

function describe(db: DatabaseSync, path: string): OwnDatabase {
  const version = z.object({ user_version: z.number() }).parse(db.prepare("pragma user_version").get());
  const row = schemaRow(db);
  return {
    path,
    role: row?.role ?? null,
    agent: row?.agent_id ?? null,
    userVersion: version.user_version,
    schemaVersion: row?.schema_version ?? null,
    appVersion: row?.app_version ?? null,
  };
}

/** `undefined` where there is none, or one of another shape. */
function schemaRow(db: DatabaseSync): z.infer<typeof SchemaRow> | undefined {
  if (!hasTable(db, "schema_meta")) return undefined;
  try {
    return SchemaRow.safeParse(db.prepare("select * from schema_meta where meta_key = 'primary'").get()).data;
  } catch {
    // Another program's table of that name.
    return undefined;
  }
}

function unknownDatabase(path: string): OwnDatabase {
  return { path, role: null, agent: null, userVersion: null, schemaVersion: null, appVersion: null };
}
