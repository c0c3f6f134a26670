import { createCipheriv } from "node:crypto";
import { closeSync, ftruncateSync, lutimesSync, openSync, utimesSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { bytesOf, plant, type Tree } from "./tree.ts";

/** The same bytes on every run, and none that compress. */
export function noise(length: number): Buffer {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** What must never be readable without the key. */
export const secretMarker = "S3CRET-MARKER";
/** What is readable by default: workspace files. */
export const openMarker = "OPEN-MARKER";

const config = `// written by hand
{
  gateway: { mode: 'local', auth: { token: '${secretMarker}-gateway' }, },
  agents: {
    defaults: { workspace: '~/.openclaw/workspace' },
    list: [{ id: 'main', default: true }, { id: 'bob', workspace: "~/projects/bob" }],
  },
}
`;

const hidden = (what: string) => `${secretMarker}-${what}\n`;
const open = (what: string) => `# ${openMarker} ${what}\n`;

const tree: Tree = {
  ".openclaw/openclaw.json": { text: config, mode: 0o600 },
  ".openclaw/credentials/oauth.json": { text: hidden("oauth"), mode: 0o600 },
  ".openclaw/agents/main/agent/auth-profiles.json": { text: hidden("auth"), mode: 0o640 },
  ".openclaw/agents/main/sessions/one.jsonl": hidden("session").repeat(50),
  ".openclaw/agents/main/sessions/copy.jsonl": { sameAs: ".openclaw/agents/main/sessions/one.jsonl" },
  ".openclaw/memory/main.sqlite": { rows: 200 },
  ".openclaw/.hidden/.deep/.file": hidden("hidden"),
  ".openclaw/empty": { dir: true, mode: 0o755 },
  ".openclaw/big.bin": noise(4 * 1024 * 1024 + 7),
  ".openclaw/zero": "",
  ".openclaw/logs/gateway.log": "left out by a rule\n",
  ".openclaw/workspace/MEMORY.md": open("memory"),
  ".openclaw/workspace/USER.md": { text: open("user"), mode: 0o444 },
  ".openclaw/workspace/memory/2026-11-21.md": open("day"),
  ".openclaw/workspace/memory/empty": { dir: true, mode: 0o700 },
  ".openclaw/workspace/run.sh": { text: "#!/bin/sh\n", mode: 0o755 },
  ".openclaw/workspace/.env": hidden("env"),
  ".openclaw/workspace/keys/id_ed25519": { text: hidden("key"), mode: 0o600 },
  ".openclaw/workspace/.git/config": hidden("git"),
  ".openclaw/workspace/notes.zip": hidden("container"),
  ".openclaw/workspace/data.sqlite": { rows: 3 },
  ".openclaw/workspace/large.md": noise(1024 * 1024 + 1),
  ".openclaw/workspace/first.txt": open("two names"),
  ".openclaw/workspace/second.txt": { sameAs: ".openclaw/workspace/first.txt" },
  ".openclaw/workspace/env-by-another-name.txt": { sameAs: ".openclaw/workspace/.env" },
  ".openclaw/workspace/today.md": { to: "memory/2026-11-21.md" },
  ".openclaw/workspace/dangling": { to: "nowhere" },
  ".openclaw/workspace/to-state": { to: "../openclaw.json" },
  ".openclaw/workspace/caf\u00e9-\u00ff.md": open("a name that is no UTF-8"),
  ".openclaw/workspace/gr\u00c3\u00bc\u00c3\u009fe.md": open("one that is"),
  ".openclaw/workspace/with space\nand newline.md": open("newline"),
  "projects/bob/MEMORY.md": open("bob"),
  "projects/bob/skills/uv.lock": open("a lock of the user's"),
  "projects/bob/to-main": { to: "../../.openclaw/workspace/MEMORY.md" },
};

/** What a backup of it does not take, and what a test's own key and SQLite put there. */
export const notTaken = /^\.config$|^\.cache$|^\.openclaw\/logs$|-(wal|shm)$/;

/** Where a restore takes the rights of group and others away. */
export function isPrivate(path: string): boolean {
  return path.startsWith(".openclaw") && !path.startsWith(".openclaw/workspace");
}

/**
 * An installation as people have it: JSON5 config, a nested workspace and one elsewhere, a database in WAL mode whose last
 * rows are in its log while this process has it open.
 */
export function plantInstallation(home: string): DatabaseSync {
  plant(home, tree);
  plantSparse(join(home, ".openclaw/media.img"));
  plant(home, { ".openclaw/state/device": "device\n" });
  const live = new DatabaseSync(join(home, ".openclaw/state/openclaw.sqlite"));
  onTestFinished(() => live.close());
  live.exec(
    "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE turns (id INTEGER, text TEXT)",
  );
  for (let id = 0; id < 50; id += 1) live.prepare("INSERT INTO turns VALUES (?, ?)").run(id, hidden(`${id}`));
  setTimes(home);
  return live;
}

function plantSparse(path: string): void {
  const fd = openSync(path, "w");
  writeSync(fd, "begin", 0);
  writeSync(fd, "middle", 7 * 1024 * 1024);
  ftruncateSync(fd, 12 * 1024 * 1024);
  closeSync(fd);
}

/** Times that show what is lost: microseconds, before 1970, after 2038; directories last. */
function setTimes(home: string): void {
  const times: [string, number][] = [
    [".openclaw/workspace/MEMORY.md", 1_700_000_000.123457],
    [".openclaw/workspace/USER.md", -86_400.5],
    [".openclaw/zero", 4_200_000_000.000001],
    [".openclaw/workspace/caf\u00e9-\u00ff.md", 1_600_000_000.999999],
    [".openclaw/workspace/memory", 1_500_000_000.25],
    [".openclaw/empty", 1_400_000_000.75],
  ];
  for (const [path, time] of times) utimesSync(bytesOf(`${home}/${path}`), String(time), String(time));
  lutimesSync(join(home, ".openclaw/workspace/today.md"), 1_300_000_000.5, 1_300_000_000.5);
}

/** The least that is an installation, with something in each section. */
export const smallInstallation: Tree = {
  ".openclaw/openclaw.json": config,
  ".openclaw/credentials/oauth.json": hidden("oauth"),
  ".openclaw/agents/main/agent/auth-profiles.json": hidden("auth"),
  ".openclaw/logs/gateway.log": "left out by a rule\n",
  ".openclaw/workspace/MEMORY.md": open("memory"),
  ".openclaw/workspace/run.sh": { text: "#!/bin/sh\n", mode: 0o755 },
  ".openclaw/workspace/.env": hidden("env"),
  "projects/bob/MEMORY.md": open("bob"),
};
