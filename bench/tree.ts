import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Source, seeded } from "./text.ts";

export interface TreeSize {
  readonly files: number;
  readonly megabytes: number;
}

interface Kind {
  /** Shares of all files and of all bytes, in percent. */
  readonly files: number;
  readonly bytes: number;
  readonly place: (n: number, hex: string) => string;
  readonly content: (source: Source, bytes: number) => string | Buffer;
}

const repositories = 12;

/** What a heavy user's installation consists of, without the folders that ocbak leaves out: all take the same files. */
const kinds: readonly Kind[] = [
  { files: 3, bytes: 31, place: (_, hex) => `agents/main/sessions/${hex}.jsonl`, content: transcript },
  { files: 2.4, bytes: 27, place: (_, hex) => `media/inbound/${hex}.jpg`, content: noise },
  {
    files: 28,
    bytes: 6,
    place: (n, hex) => `browser/openclaw/user-data/Default/${n % 40}/${hex}`,
    content: noise,
  },
  { files: 14, bytes: 2.5, place: (n, hex) => `workspace/memory/${n % 60}/${hex}.md`, content: prose },
  {
    files: 40,
    bytes: 4,
    place: (n, hex) => `${repository(n)}/.git/objects/${hex.slice(0, 2)}/${hex}`,
    content: noise,
  },
  { files: 12, bytes: 2.5, place: (n, hex) => `${repository(n)}/src/${n % 90}/${hex}.ts`, content: prose },
  { files: 0.4, bytes: 3, place: (n, hex) => `${repository(n)}/build-${hex}.log`, content: log },
];

const databases = ["state/openclaw.sqlite", "agents/main/agent/openclaw-agent.sqlite", "memory/main.sqlite"];
const databaseBytes = 24;

/** One small readable file of the tree, to be read alone. */
export const smallFile = "workspace/USER.md";

/** Makes `<home>/.openclaw` unless it is there. A half-made one is never taken for whole. */
export function makeTree(home: string, { files, megabytes }: TreeSize): void {
  const state = join(home, ".openclaw");
  if (existsSync(state)) return;
  const half = join(home, `half-made-${process.pid}`);
  const source = seeded(`${files} files, ${megabytes} MB`);
  const totalBytes = megabytes * 1e6;
  for (const kind of kinds)
    fill(half, kind, source, [(files * kind.files) / 100, (totalBytes * kind.bytes) / 100]);
  for (const name of databases) {
    makeDatabase(join(half, name), source, (totalBytes * databaseBytes) / 100 / databases.length);
  }
  write(join(half, "openclaw.json"), "{}\n");
  write(join(half, smallFile), "# User\n\nAlex, in Köln.\n");
  renameSync(half, state);
}

function fill(
  state: string,
  { place, content }: Kind,
  source: Source,
  [count, bytes]: [number, number],
): void {
  const files = Math.max(1, Math.round(count));
  const mean = bytes / files;
  for (let n = 0; n < files; n++) {
    const size = Math.round(mean * (0.25 + 1.5 * (source.integer(1000) / 1000)));
    write(join(state, place(n, source.noise(16).toString("hex"))), content(source, size));
  }
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600 });
}

function repository(n: number): string {
  return `workspace/projects/repository-${n % repositories}`;
}

function noise(source: Source, bytes: number): Buffer {
  return source.noise(bytes);
}

function prose(source: Source, bytes: number): string {
  return source.prose(bytes);
}

function transcript(source: Source, bytes: number): string {
  const line = (n: number) => {
    const id = source.noise(8).toString("hex");
    const message = {
      role: n % 2 === 0 ? "user" : "assistant",
      content: source.prose(200 + source.integer(1500)),
    };
    return JSON.stringify({ type: "message", id, timestamp: 1_795_000_000_000 + n, message });
  };
  return lines(bytes, line);
}

function log(source: Source, bytes: number): string {
  return lines(bytes, (n) => `2026-11-22T10:${n % 60}:00Z info gateway/ws ${source.prose(60)}`);
}

function lines(bytes: number, line: (n: number) => string): string {
  let text = "";
  for (let n = 0; text.length < bytes; n++) text += `${line(n)}\n`;
  return text;
}

/** Memory of an agent: text beside vectors of float32. */
function makeDatabase(path: string, source: Source, bytes: number): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  using db = new DatabaseSync(path);
  db.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN; CREATE TABLE chunks (id INTEGER PRIMARY KEY, text, embedding)",
  );
  const insert = db.prepare("INSERT INTO chunks (text, embedding) VALUES (?, ?)");
  for (let at = 0; at < bytes; at += 3300) {
    const vector = Float32Array.from({ length: 384 }, () => (source.integer(20_001) - 10_000) / 100_000);
    insert.run(source.prose(1700), new Uint8Array(vector.buffer));
  }
  db.exec("COMMIT");
}
