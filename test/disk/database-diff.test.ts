import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { compareDatabases, type DatabaseDifference } from "../../src/disk/database-diff.ts";
import { freshDir } from "../support/tree.ts";

function make(file: string, sql: string): string {
  using database = new DatabaseSync(file);
  database.exec(sql);
  return file;
}

function compare(
  sql: string,
  other: string,
  options: Partial<Parameters<typeof compareDatabases>[2]> = {},
): Promise<DatabaseDifference | undefined> {
  const dir = freshDir();
  const files = [make(join(dir, "a"), sql), make(join(dir, "b"), other)] as const;
  return compareDatabases(...files, { deadline: Number.POSITIVE_INFINITY, ...options });
}

/** A full-text table of a module that no SQLite has. */
function withoutModule(file: string, text: string): string {
  make(file, `CREATE VIRTUAL TABLE docs USING fts5(text); INSERT INTO docs VALUES ('${text}')`);
  const bytes = readFileSync(file, "latin1");
  writeFileSync(file, bytes.replace("USING fts5", "USING ftsX"), "latin1");
  return file;
}

const wide = Array.from({ length: 1200 }, (_, n) => `c${n}`);
const many = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 20000)";

const equal: Readonly<Record<string, readonly [string, string]>> = {
  "whose rows have other hidden numbers": [
    "CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3)",
    "CREATE TABLE t (x); INSERT INTO t (rowid, x) VALUES (7, 1), (70, 2), (700, 3)",
  ],
  "whose rows of a primary key came in another order": [
    "CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t VALUES ('a', 1), ('b', 2)",
    "CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t VALUES ('b', 2), ('a', 1)",
  ],
  "with an index that holds all columns in another order": [
    "CREATE TABLE t (x); CREATE INDEX i ON t (x DESC); INSERT INTO t VALUES (1), (2)",
    "CREATE TABLE t (x); CREATE INDEX i ON t (x DESC); INSERT INTO t VALUES (1), (2)",
  ],
  "with columns that are called like the hidden number": [
    "CREATE TABLE t (rowid, _rowid_, OID); INSERT INTO t VALUES (3, 2, 1)",
    "CREATE TABLE t (rowid, _rowid_, OID); INSERT INTO t VALUES (3, 2, 1)",
  ],
  "with names that have to be quoted": [
    `CREATE TABLE "a""b'c" ("x ""y"); INSERT INTO "a""b'c" VALUES (1)`,
    `CREATE TABLE "a""b'c" ("x ""y"); INSERT INTO "a""b'c" VALUES (1)`,
  ],
  "with generated columns": [
    "CREATE TABLE t (x, y AS (x + 1), z AS (x + 2) STORED); INSERT INTO t VALUES (1)",
    "CREATE TABLE t (x, y AS (x + 1), z AS (x + 2) STORED); INSERT INTO t VALUES (1)",
  ],
};

const table = (rows: number, otherRows = rows) => [{ name: "t", rows, otherRows }];

const unequal: Readonly<Record<string, readonly [string, string, Partial<DatabaseDifference>]>> = {
  "an integer and a real of the same value": [
    "CREATE TABLE t (x); INSERT INTO t VALUES (1)",
    "CREATE TABLE t (x); INSERT INTO t VALUES (1.0)",
    { tables: table(1) },
  ],
  "text and a blob of the same bytes": [
    "CREATE TABLE t (x); INSERT INTO t VALUES ('a')",
    "CREATE TABLE t (x); INSERT INTO t VALUES (x'61')",
    { tables: table(1) },
  ],
  "nothing and empty text": [
    "CREATE TABLE t (x); INSERT INTO t VALUES (NULL)",
    "CREATE TABLE t (x); INSERT INTO t VALUES ('')",
    { tables: table(1) },
  ],
  "integers that no double can tell apart": [
    "CREATE TABLE t (x); INSERT INTO t VALUES (9007199254740992)",
    "CREATE TABLE t (x); INSERT INTO t VALUES (9007199254740993)",
    { tables: table(1) },
  ],
  "reals that differ in the last bit": [
    "CREATE TABLE t (x); INSERT INTO t VALUES (0.1)",
    "CREATE TABLE t (x); INSERT INTO t VALUES (0.10000000000000002)",
    { tables: table(1) },
  ],
  "text that is no UTF-8": [
    "CREATE TABLE t (x); INSERT INTO t VALUES (CAST(x'ff' AS TEXT))",
    "CREATE TABLE t (x); INSERT INTO t VALUES (CAST(x'fe' AS TEXT))",
    { tables: table(1) },
  ],
  "text behind a zero byte": [
    "CREATE TABLE t (x); INSERT INTO t VALUES (CAST(x'610062' AS TEXT))",
    "CREATE TABLE t (x); INSERT INTO t VALUES (CAST(x'610063' AS TEXT))",
    { tables: table(1) },
  ],
  "where one value ends and the next begins": [
    "CREATE TABLE t (x, y); INSERT INTO t VALUES ('ab', 'c')",
    "CREATE TABLE t (x, y); INSERT INTO t VALUES ('a', 'bc')",
    { tables: table(1) },
  ],
  "the order of rows": [
    "CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)",
    "CREATE TABLE t (x); INSERT INTO t VALUES (2), (1)",
    { tables: table(2) },
  ],
  "the last of a thousand columns": [
    `CREATE TABLE t (${wide.join(", ")}); INSERT INTO t (c1199) VALUES (1)`,
    `CREATE TABLE t (${wide.join(", ")}); INSERT INTO t (c1199) VALUES (2)`,
    { tables: table(1) },
  ],
  "the last byte of a large blob": [
    "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(1000000) || x'00')",
    "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(1000000) || x'01')",
    { tables: table(1) },
  ],
  "the last of many rows": [
    `CREATE TABLE t (x); ${many} INSERT INTO t SELECT i FROM r`,
    `CREATE TABLE t (x); ${many} INSERT INTO t SELECT i FROM r; UPDATE t SET x = 0 WHERE x = 20000`,
    { tables: table(20_000) },
  ],
  "the encoding of text": [
    "PRAGMA encoding = 'UTF-8'; CREATE TABLE t (x)",
    "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (x)",
    { settings: ["encoding"] },
  ],
  "a trigger, and a view of the same name in another spelling": [
    "CREATE TABLE t (x); CREATE VIEW v AS SELECT 1",
    "CREATE TABLE t (x); CREATE VIEW v AS SELECT 2; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
    { schema: ["trigger g", "view v"] },
  ],
};

describe("two databases", () => {
  it.each(Object.entries(equal))("%s are equal", async (_what, [sql, other]) => {
    expect(await compare(sql, other)).toBeUndefined();
  });

  it.each(Object.entries(unequal))("are told apart by %s", async (_what, [sql, other, difference]) => {
    expect(await compare(sql, other)).toEqual({ settings: [], schema: [], tables: [], ...difference });
  });

  it("are given up at the deadline, and when that is asked for", async () => {
    const sql = `CREATE TABLE t (x); ${many} INSERT INTO t SELECT i FROM r`;
    await expect(compare(sql, sql, { deadline: 0 })).rejects.toThrow("too long");
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(compare(sql, sql, { signal })).rejects.toThrow("stopped");
  });

  it("are compared where a module of theirs is missing, by the tables behind it", async () => {
    const dir = freshDir();
    const files = ["one", "one", "two"].map((text, n) => withoutModule(join(dir, String(n)), text));
    const compareFiles = (a: number, b: number) =>
      compareDatabases(files[a]!, files[b]!, { deadline: Number.POSITIVE_INFINITY });
    expect(await compareFiles(0, 1)).toBeUndefined();
    expect(await compareFiles(0, 2)).toMatchObject({
      schema: [],
      tables: expect.arrayContaining([{ name: "docs_content", rows: 1, otherRows: 1 }]) as unknown,
    });
  });
});
