import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { utimesArgument } from "../../src/disk/times.ts";
import type { RewriteReport } from "../../src/openclaw/rewrite/findings.ts";
import { InstallationRewrite } from "../../src/openclaw/rewrite/rewrite-installation.ts";
import type { PathMove } from "../../src/openclaw/target.ts";
import type { Rows } from "./named-rows.ts";
import { insertInto, plantOwnDatabase, type Row } from "./openclaw-databases.ts";
import { type OwnTable, tablesOf } from "./openclaw-schema.ts";

const databaseIn = (state: string): string => join(state, "state/openclaw.sqlite");

/** A state dir's main database with all its tables, and in them all these rows. */
export function plantTables(state: string, rows: readonly Rows[]): void {
  const tables = tablesOf.global.map((name) => [name, rows.flatMap((some) => some[name] ?? [])]);
  plantOwnDatabase(databaseIn(state), { userVersion: 18, tables: Object.fromEntries(tables) });
}

/** The same into the tables of one that is there. */
export function insertRows(state: string, rows: readonly Rows[]): void {
  const db = new DatabaseSync(databaseIn(state));
  for (const some of rows) insertInto(db, some);
  db.close();
}

/** All rows of each table that has any, sorted, without columns that hold nothing. */
export function readTables(state: string): { [Table in OwnTable]?: Row[] } {
  const db = new DatabaseSync(databaseIn(state), { readOnly: true });
  try {
    const tables = tablesOf.global.map((name) => {
      const rows = db.prepare(`select * from ${name}`).all().map(withoutNulls);
      return [name, rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))] as const;
    });
    return Object.fromEntries(tables.filter(([, rows]) => rows.length > 0));
  } finally {
    db.close();
  }
}

function withoutNulls(row: object): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

/** Rewrites a state dir that was in the first of these places, beside workspaces and configs in all of them. */
export async function rewriteState(
  state: string,
  moves: readonly PathMove[],
  places: readonly string[],
): Promise<RewriteReport> {
  const rewrite = new InstallationRewrite({
    moves,
    configFile: null,
    timeArgument: utimesArgument,
    realPath: (path) => path,
  });
  // Of the others nothing is here but where they were: digests may be of that.
  const trees = places.map((place, n) => ({
    id: "state",
    base: n === 0 ? state : join(state, `../none-${n}`),
    sourcePath: `${place}/.openclaw`,
  }));
  return rewrite.run(trees);
}
