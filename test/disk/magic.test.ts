import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { filesWithSidecar, looksLikeDatabase } from "../../src/disk/magic.ts";
import { scan } from "../../src/disk/scan.ts";
import { makeWorld } from "../support/world.ts";

interface Looked {
  readonly source: string;
  readonly size: bigint;
  readonly hasSidecar?: boolean;
}

it.each<[string, Looked, boolean]>([
  ["whole pages, whatever it is called", { source: "/a/History", size: 4096n }, true],
  ["the smallest page", { source: "/a/x", size: 512n }, true],
  ["torn, called .sqlite", { source: "/a/memory.sqlite", size: 5000n }, true],
  ["torn, called .sqlite3", { source: "/a/memory.SQLite3", size: 5000n }, true],
  ["torn, called .db", { source: "/a/msg.db", size: 5000n }, true],
  ["a copy of one", { source: "/a/msg.db.bak", size: 5000n }, true],
  ["torn, with a log beside it", { source: "/a/x", size: 5000n, hasSidecar: true }, true],
  ["of no whole pages", { source: "/a/notes.md", size: 5000n }, false],
  ["in a folder called like one", { source: "/a.sqlite/notes.md", size: 5000n }, false],
  ["shorter than a header", { source: "/a/memory.sqlite", size: 99n, hasSidecar: true }, false],
  ["empty", { source: "/a/memory.sqlite", size: 0n, hasSidecar: true }, false],
])("a file that is %s", (_what, { source, size, hasSidecar = false }, expected) => {
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
  const roots = [{ id: "r", path: home, sealing: "always", exclude: [] }] as const;
  const { entries } = scan(roots, { seal: [], plainBytesMax: 1000 });
  const databases = entries.flatMap(({ path, database }) => (database === true ? [path] : []));
  expect(databases).toEqual(["r/History", "r/torn", "r/torn.db"]);
});
