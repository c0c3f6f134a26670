import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import type { DiffReport } from "../../src/backup/diff/diff-report.ts";
import { type Archived, create, diff, state, told } from "../support/diff.ts";
import { smallInstallation } from "../support/installation.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, namesIn, type World } from "../support/world.ts";

/** What is told of the only database that there is, undefined where nothing of it differs. */
async function rowsTold(world: World, argv: readonly string[]): Promise<unknown> {
  const { report, status } = await diff(world, argv);
  const { length } = told(report);
  expect(told(report)).toEqual(["~ state/memory/main.sqlite (content)"].slice(0, length));
  expect(status).toBe(length === 0 ? 0 : 4);
  return length === 0 ? undefined : report.differences[0]!.database;
}

interface DatabaseCase {
  readonly sql: string;
  /** Undefined where nothing of what it holds has changed. */
  readonly database: Partial<NonNullable<DiffReport["differences"][number]["database"]>> | undefined;
}

const notes = { name: "notes", rows: 100, otherRows: 100 };
const unchanged = { settings: [], schema: [], tables: [], reason: null };

const databaseCases: Readonly<Record<string, DatabaseCase>> = {
  "that was vacuumed into other pages": {
    sql: "PRAGMA page_size = 1024; VACUUM",
    database: undefined,
  },
  "with pages that came and went": {
    sql: "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(90000)); DROP TABLE t; UPDATE notes SET body = body",
    database: undefined,
  },
  "with new statistics for the query planner": { sql: "ANALYZE", database: undefined },
  "with a row more": {
    sql: "INSERT INTO notes (body) VALUES ('x')",
    database: { tables: [{ ...notes, otherRows: 101 }] },
  },
  "with one row changed": { sql: "UPDATE notes SET body = 'x' WHERE id = 7", database: { tables: [notes] } },
  "with text that is bytes now": {
    sql: "UPDATE notes SET body = CAST(body AS BLOB) WHERE id = 7",
    database: { tables: [notes] },
  },
  "with a row changed in a table without rowids": {
    sql: "UPDATE pairs SET v = 2 WHERE k = 'b'",
    database: { tables: [{ name: "pairs", rows: 2, otherRows: 2 }] },
  },
  "with a sequence that went on": {
    sql: "INSERT INTO counted (x) VALUES (1); DELETE FROM counted",
    database: { tables: [{ name: "sqlite_sequence", rows: 0, otherRows: 1 }] },
  },
  "with a document more in a full-text index": {
    sql: "INSERT INTO docs VALUES ('three words here')",
    database: {
      tables: expect.arrayContaining([{ name: "docs_content", rows: 1, otherRows: 2 }]) as never,
    },
  },
  "with another column": {
    sql: "ALTER TABLE notes ADD COLUMN more",
    database: { schema: ["table notes"], tables: [notes] },
  },
  "with a new table and a new index": {
    sql: "CREATE TABLE t (x); CREATE INDEX i ON notes (body)",
    database: { schema: ["index i", "table t"], tables: [{ name: "t", rows: null, otherRows: 0 }] },
  },
  "of another version": {
    sql: "PRAGMA user_version = 5; PRAGMA application_id = 6",
    database: { settings: ["application_id", "user_version"] },
  },
};

async function withDatabase(): Promise<Archived & { readonly database: DatabaseSync }> {
  const world = await makeWorld();
  plant(world.home, { ...smallInstallation, [state("memory/main.sqlite")]: { rows: 100 } });
  const database = new DatabaseSync(join(world.home, state("memory/main.sqlite")));
  onTestFinished(() => database.close());
  database.exec(`CREATE TABLE pairs (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
    INSERT INTO pairs VALUES ('a', 1.5), ('b', NULL);
    CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, x);
    CREATE VIRTUAL TABLE docs USING fts5(text); INSERT INTO docs VALUES ('two words')`);
  return { ...world, archive: await create(world, "a.ocbak"), database };
}

describe("a database", () => {
  it.each(Object.entries(databaseCases))("%s is compared by what it holds", async (_what, one) => {
    const world = await withDatabase();
    world.database.exec(one.sql);
    const expected = one.database === undefined ? undefined : { ...unchanged, ...one.database };
    expect(await rowsTold(world, [world.archive])).toEqual(expected);
    expect(await rowsTold(world, [world.archive, await create(world, "b.ocbak")])).toEqual(expected);
    expect(namesIn(join(world.home, ".cache/ocbak"))).toEqual([]);
  });

  it("whose new rows are in its log alone is compared with them, and its files stay as they are", async () => {
    const world = await withDatabase();
    world.database.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    const archive = await create(world, "b.ocbak");
    expect((await diff(world, [archive])).status).toBe(0);
    world.database.exec("INSERT INTO notes (body) VALUES ('x')");
    const before = readFileSync(join(world.home, state("memory/main.sqlite-wal")));
    expect(await rowsTold(world, [archive])).toEqual({
      ...unchanged,
      tables: [{ ...notes, otherRows: 101 }],
    });
    expect(readFileSync(join(world.home, state("memory/main.sqlite-wal"))).equals(before)).toBe(true);
  });

  it("that is none any more differs, and so does one whose pages are damaged", async () => {
    const world = await withDatabase();
    const path = join(world.home, state("memory/main.sqlite"));
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5, 8192));
    expect(await rowsTold(world, [world.archive])).toMatchObject({
      reason: expect.stringContaining("could not be compared"),
    });
    writeFileSync(path, "no database");
    expect(told((await diff(world, [world.archive])).report)).toEqual([
      "~ state/memory/main.sqlite (content)",
    ]);
  });
});
