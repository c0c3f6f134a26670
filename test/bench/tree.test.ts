import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { census } from "../../bench/census.ts";
import { keepTree } from "../../bench/kept-tree.ts";
import { mixes } from "../../bench/mixes.ts";
import { planTree } from "../../bench/plan.ts";
import { makeTree } from "../../bench/tree.ts";
import { freshDir } from "../support/tree.ts";

const small = { files: 40, megabytes: 0.5 };

function digests(folder: string): Record<string, string> {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) =>
    entry.isFile(),
  );
  const named = files.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
    return [path.slice(folder.length), digest] as const;
  });
  return Object.fromEntries(named);
}

function made(): string {
  const home = freshDir();
  makeTree(home, small);
  return join(home, ".openclaw");
}

test("two trees of one size are the same, byte by byte, and those of two sizes are not", () => {
  expect(digests(made())).toEqual(digests(made()));
  const paths = planTree(small).map(({ path }) => path);
  const others = planTree({ ...small, files: 41 }).map(({ path }) => path);
  expect(others).not.toEqual(expect.arrayContaining([paths[0]]));
});

test.each([
  ["S", 5000, 210],
  ["M", 60_012, 2081],
  ["L", 200_009, 1010],
] as const)("%s has %i files of %i MB, ten small ones among them", (size, files, megabytes) => {
  const kinds = Object.values(mixes[size]);
  expect(kinds.reduce((sum, [count]) => sum + count, 10)).toBe(files);
  expect(kinds.reduce((sum, [, each]) => sum + each, 0)).toBe(megabytes);
});

test("a plan is what the mix says: so many files of each kind, each of another name", () => {
  const plan = planTree("S");
  expect(new Set(plan.map(({ path }) => path)).size).toBe(plan.length);
  for (const [kind, [count, megabytes]] of Object.entries(mixes.S)) {
    const files = plan.filter((file) => file.kind === kind);
    expect(files).toHaveLength(count);
    expect(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toBeCloseTo(megabytes, 1);
  }
});

test("files are as large as planned; databases to a hundred pages, and whole, in the mode of live ones", () => {
  const state = made();
  const plan = planTree(small);
  const off = plan.map(({ kind, path, bytes }) => ({
    kind,
    by: Math.abs(statSync(join(state, path)).size - bytes),
  }));
  expect(off.filter(({ kind, by }) => by > (kind === "database" ? 100 * 4096 : 0))).toEqual([]);
  using db = new DatabaseSync(join(state, plan.find(({ kind }) => kind === "database")!.path));
  expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  expect(db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
});

test("each change gives other files other content, and all keep their sizes", () => {
  const tree = keepTree(freshDir(), { files: 210, megabytes: 0.5 });
  const state = join(tree.home, ".openclaw");
  const seen = [digests(state)];
  const size = census(state);
  for (let turn = 0; turn < 2; turn++) {
    const changed = tree.change();
    const [before, after] = [seen.at(-1)!, digests(state)];
    const others = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed).toBeGreaterThanOrEqual(2);
    expect(others).toHaveLength(changed);
    seen.push(after);
  }
  expect(census(state)).toEqual(size);
});

test("a tree of another size in the folder, and one that nobody knows, are refused", () => {
  const dir = freshDir();
  keepTree(dir, small);
  expect(() => keepTree(dir, { files: 99, megabytes: 1 })).toThrow("another size");
  const strange = freshDir();
  makeTree(join(strange, "home"), small);
  expect(() => keepTree(strange, small)).toThrow("not of this bench");
});
