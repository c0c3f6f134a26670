import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Source } from "./text.ts";

/** One row fills a page. */
const textBytes = 1950;
const vectorBytes = 512 * 4;

/** Makes the memory of an agent: text beside vectors of float32, in SQLite as OpenClaw has it. */
export function makeDatabase(path: string, bytes: number, source: Source): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  using db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
  db.exec("CREATE TABLE chunks (id INTEGER PRIMARY KEY, text TEXT, embedding BLOB)");
  const insert = db.prepare("INSERT INTO chunks (text, embedding) VALUES (?, ?)");
  const pages = db.prepare("PRAGMA page_count");
  const pageBytes = Number(db.prepare("PRAGMA page_size").get()!["page_size"]);
  const text = Buffer.alloc(textBytes);
  const vector = Buffer.alloc(vectorBytes);
  for (let rows = 0; rows % 100 !== 0 || Number(pages.get()!["page_count"]) * pageBytes < bytes; rows++) {
    source.prose(text, "\n");
    source.noise(vector);
    // Numbers of (-0.5, 0.5) as embeddings are: the exponents of most are alike, and all else is noise.
    for (let at = 3; at < vectorBytes; at += 4) vector[at] = (vector[at]! & 0x81) | 0x3c;
    insert.run(text.toString("latin1"), vector);
  }
  db.exec("COMMIT; PRAGMA journal_mode = WAL");
}
