import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { filesWithSidecar, looksLikeDatabase } from "../../src/disk/magic.ts";
import { TreeScan } from "../../src/disk/scan.ts";
import { makeWorld } from "../support/world.ts";

it.each([
  ["whole pages, whatever it is called", "/a/History", 4096n, false, true],
  ["the smallest page", "/a/x", 512n, false, true],
  ["torn, called .sqlite", "/a/memory.sqlite", 5000n, false, true],
  ["torn, called .sqlite3", "/a/memory.SQLite3", 5000n, false, true],
  ["torn, called .db", "/a/msg.db", 5000n, false, true],
  ["a copy of one", "/a/msg.db.bak", 5000n, false, true],
  ["torn, with a log beside it", "/a/x", 5000n, true, true],
  ["of no whole pages", "/a/notes.md", 5000n, false, false],
  ["in a folder called like one", "/a.sqlite/notes.md", 5000n, false, false],
  ["shorter than a header", "/a/memory.sqlite", 99n, true, false],
  ["empty", "/a/memory.sqlite", 0n, true, false],
] as const)("a file that is %s", (_what, ...[source, size, hasSidecar, expected]) => {
  expect(looksLikeDatabase(source, size, hasSidecar)).toBe(expected);
});

it("logs and locks tell which file they belong to", () => {
  expect([...filesWithSidecar(["a", "a-wal", "b-journal", "c-shm", "wal", "-wal"])]).toEqual([
    "a",
    "b",
    "c",
    "",
  ]);
});

it("databases are found by their first bytes among the files that may be one", async () => {
  const { home } = await makeWorld();
  const make = (name: string): void => {
    using db = new DatabaseSync(join(home, name));
    db.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  };
  for (const name of ["History", "torn", "torn.db"]) make(name);
  for (const name of ["torn", "torn.db"]) appendFileSync(join(home, name), "half a page");
  writeFileSync(join(home, "torn-journal"), "");
  writeFileSync(join(home, "no.sqlite"), "not at all".repeat(20));
  const tree = new TreeScan([{ id: "r", path: home, sealing: "always", exclude: [] }], {
    seal: [],
    plainBytesMax: 1000,
  });
  const { entries } = tree.settle([]);
  const databases = entries.flatMap(({ path, database }) => (database === true ? [path] : []));
  expect(databases).toEqual(["r/History", "r/torn", "r/torn.db"]);
});
