import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";

/** One thing of a planted tree; a string is a file's content. */
export type Planted =
  | string
  | Buffer
  | { readonly to: string }
  | { readonly sameAs: string }
  | { readonly dir: true; readonly mode?: number }
  | { readonly text: string; readonly mode: number }
  | { readonly rows: number };

/** Paths are byte strings (latin1), so that names need not be UTF-8. */
export type Tree = Readonly<Record<string, Planted>>;

/** A fresh directory that is gone after the test. */
export function freshDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "ocbak-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Makes a tree below `dir` and returns `dir`. */
export function plant(dir: string, tree: Tree): string {
  for (const [path, planted] of Object.entries(tree)) {
    const full = bytesOf(`${dir}/${path}`);
    mkdirSync(bytesOf(dirname(`${dir}/${path}`)), { recursive: true });
    plantOne(full, planted, dir);
  }
  return dir;
}

function plantOne(full: Buffer, planted: Planted, dir: string): void {
  if (typeof planted === "string" || Buffer.isBuffer(planted)) writeFileSync(full, planted);
  else if ("to" in planted) symlinkSync(bytesOf(planted.to), full);
  else if ("sameAs" in planted) linkSync(bytesOf(`${dir}/${planted.sameAs}`), full);
  else if ("dir" in planted) {
    mkdirSync(full, { recursive: true });
    if (planted.mode !== undefined) chmodSync(full, planted.mode);
  } else if ("rows" in planted) makeDatabase(full.toString(), planted.rows);
  else {
    writeFileSync(full, planted.text);
    chmodSync(full, planted.mode);
  }
}

function makeDatabase(path: string, rows: number): void {
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)");
  const insert = database.prepare("INSERT INTO notes (body) VALUES (?)");
  database.exec("BEGIN");
  for (let row = 0; row < rows; row += 1) insert.run(`note ${row}`);
  database.exec("COMMIT");
  database.close();
}

export function bytesOf(path: string): Buffer {
  return Buffer.from(path, "latin1");
}
