import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The database that stays open and busy while the backup is made. Relative to a home. */
export const liveDatabase = ".openclaw/state/openclaw.sqlite";
/** One that nobody writes to. */
export const quietDatabase = ".openclaw/agents/molty/agent/openclaw-agent.sqlite";
/** What ocbak leaves out on purpose, with all below. */
export const leftOut = [".openclaw/cache", ".openclaw/logs", ".openclaw/tmp"];

interface Item {
  readonly content: string | Uint8Array;
  readonly mode?: number;
}

/** A name that ends in `/` is a directory; `-> x` a link to x; all else files, 0600 unless they say otherwise. */
const tree: Readonly<Record<string, string | Uint8Array | Item>> = {
  ".openclaw/openclaw.json": `// JSON5, as people write it by hand
{
  agents: { entries: { molty: { name: 'Molty', workspace: '~/.openclaw/workspace', }, }, },
  gateway: { mode: 'local', port: 18789, auth: { token: '\${OPENCLAW_GATEWAY_TOKEN}' } },
  channels: { whatsapp: { allowFrom: ['+491700000000'] } },
}
`,
  ".openclaw/.env": "OPENCLAW_GATEWAY_TOKEN=not-a-real-token\n",
  ".openclaw/credentials/whatsapp/default/creds.json": '{"noiseKey":{"private":"not-a-real-key"}}',
  ".openclaw/credentials/whatsapp/default/app-state-sync-key-AAAAAKn8.json": '{"keyData":"AAAA"}',
  ".openclaw/credentials/whatsapp/default/session-491700000000_1.0.json": '{"registrationId":1}',
  ".openclaw/credentials/whatsapp/default/sender-key-4917@g.us--491700000000--0.json": "[]",
  ".openclaw/agents/molty/sessions/sessions.json": '{"agent:molty:main":{"sessionId":"c0ffee"}}',
  ".openclaw/agents/molty/sessions/c0ffee.jsonl": transcript(2000),
  ".openclaw/media/inbound/beach.jpg": randomBytes(3_000_000),
  ".openclaw/media/inbound/dog.jpg": randomBytes(900_000),
  ".openclaw/media/inbound/train.jpg": randomBytes(3_000_000),
  ".openclaw/skills/weather/.clawhub/origin.json": '{"version":"1.2.0"}',
  ".openclaw/skills/weather/SKILL.md": "# Weather\n\nAsk wttr.in.\n",
  ".openclaw/migration/": "",
  ".openclaw/cache/model-catalog.json": "{}",
  ".openclaw/logs/gateway.log": "listening\n",
  ".openclaw/tmp/half-made": "x",
  ".openclaw/workspace/MEMORY.md": readable("# Memory\n\nAlex likes short answers.\n"),
  ".openclaw/workspace/USER.md": readable("# User\n\nAlex, in Köln.\n"),
  ".openclaw/workspace/SOUL.md": readable("# Soul\n\nKind, exact, brief.\n"),
  ".openclaw/workspace/memory/2026-11-20.md": readable("Booked the train.\n"),
  ".openclaw/workspace/memory/2026-11-21.md": readable("Alex asked about the weather in Köln.\n"),
  ".openclaw/workspace/notes/Über Köln – Pläne.md": readable("Dom, Rhein, Kölsch.\n"),
  ".openclaw/workspace/.env": "OPENWEATHER_API_KEY=not-a-real-key\n",
  ".openclaw/workspace/.git/HEAD": "ref: refs/heads/main\n",
  ".openclaw/workspace/.git/config": "[core]\n\tbare = false\n",
  ".openclaw/workspace/.git/objects/3b/18e512dba79e4c8300dd08aeb37f8e728b8dad": randomBytes(40),
  ".openclaw/workspace/.obsidian/app.json": readable("{}"),
  ".openclaw/workspace/tools/weather.sh": { content: "#!/bin/sh\ncurl wttr.in/Köln\n", mode: 0o755 },
  ".openclaw/workspace/today.md": "-> memory/2026-11-21.md",
};

/** Makes a home with a small installation in it, as a person who uses OpenClaw daily would have one. */
export function makeInstallation(home: string): void {
  for (const [name, item] of Object.entries(tree)) make(join(home, name), item);
  makeDatabase(
    join(home, liveDatabase),
    "CREATE TABLE diagnostic_events (id INTEGER PRIMARY KEY, at, event)",
  );
  makeDatabase(
    join(home, quietDatabase),
    "CREATE TABLE memory_chunks (path TEXT, embedding BLOB);" +
      "WITH RECURSIVE day(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM day WHERE n < 200) " +
      "INSERT INTO memory_chunks SELECT 'memory/' || n || '.md', randomblob(256) FROM day",
  );
  utimesSync(join(home, ".openclaw/workspace/SOUL.md"), 1_700_000_000, 1_700_000_000);
}

function make(path: string, item: string | Uint8Array | Item): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (path.endsWith("/")) return mkdirSync(path, { mode: 0o700 });
  const { content, mode = 0o600 } = isItem(item) ? item : { content: item };
  if (typeof content === "string" && content.startsWith("-> ")) return symlinkSync(content.slice(3), path);
  writeFileSync(path, content);
  chmodSync(path, mode);
}

function isItem(item: string | Uint8Array | Item): item is Item {
  return typeof item === "object" && "content" in item;
}

function readable(content: string): Item {
  return { content, mode: 0o644 };
}

function makeDatabase(path: string, sql: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  using db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; ${sql}`);
  chmodSync(path, 0o600);
}

function transcript(lines: number): string {
  return Array.from({ length: lines }, (_, n) =>
    JSON.stringify({ type: "message", id: n, role: n % 2 === 0 ? "user" : "assistant", text: `line ${n}` }),
  ).join("\n");
}
