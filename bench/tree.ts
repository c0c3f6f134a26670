import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { contents } from "./contents.ts";
import { makeDatabase } from "./database.ts";
import { type PlannedFile, type TreeSize, planTree, smallFiles } from "./plan.ts";
import { type Source, seeded } from "./text.ts";

/** Here in every tree. Not one of them is left out, and the text ones hold no secret. */
const fixed: Readonly<Record<string, string>> = {
  "openclaw.json": "{}\n",
  [smallFiles.plain]: "# User\n\nAlex, in Köln.\n",
  [smallFiles.sealed]: '{"version":1,"deviceId":"bench"}\n',
  "workspace/SOUL.md": "# Soul\n\nBe brief.\n",
  "workspace/MEMORY.md": "# Memory\n",
  "workspace/projects/repository-0/.git/HEAD": "ref: refs/heads/main\n",
  "workspace/projects/repository-0/.git/config": "[core]\n\trepositoryformatversion = 0\n",
  "workspace/projects/repository-0/.git/refs/heads/main": "9a3f0d6c5b7e8f1029384756aabbccddeeff0011\n",
  "cron/jobs.json": '{"version":1,"jobs":[]}\n',
  "devices/paired.json": "{}\n",
};

/** Makes `<home>/.openclaw` unless it is there. A half-made one is never taken for whole. */
export function makeTree(home: string, size: TreeSize): void {
  const state = join(home, ".openclaw");
  if (existsSync(state)) return;
  const half = join(home, "half-made");
  rmSync(half, { recursive: true, force: true });
  const write = writer(half);
  const source = seeded(`${JSON.stringify(size)}: contents`);
  for (const file of planTree(size)) {
    if (file.kind === "database") makeDatabase(join(half, file.path), file.bytes, source);
    else write(file.path, contentOf(file, source));
  }
  for (const [path, text] of Object.entries(fixed)) write(path, Buffer.from(text));
  renameSync(half, state);
}

/**
 * Gives every hundredth file of a tree new content of the same size, in its `turn`-th turn, and tells how many these are:
 * databases are not among them. The tree stays as good as new.
 */
export function changeTree(home: string, size: TreeSize, turn: number): number {
  const source = seeded(`${JSON.stringify(size)}: turn ${turn}`);
  const files = planTree(size).filter(({ kind }, n) => kind !== "database" && n % 100 === turn % 100);
  for (const file of files)
    writeFileSync(join(home, ".openclaw", file.path), contentOf(file, source), { flag: "r+" });
  return files.length;
}

let pooled = Buffer.alloc(0);

/** Good until the next call. */
function contentOf({ kind, bytes }: PlannedFile, source: Source): Buffer {
  if (kind === "database") throw new TypeError("SQLite writes databases");
  if (pooled.length < bytes) pooled = Buffer.alloc(2 * bytes);
  const content = pooled.subarray(0, bytes);
  contents[kind](content, source);
  return content;
}

function writer(folder: string): (path: string, content: Buffer) => void {
  const made = new Set<string>();
  return (path, content) => {
    const parent = join(folder, dirname(path));
    if (!made.has(parent)) mkdirSync(parent, { recursive: true, mode: 0o700 });
    made.add(parent);
    const file = openSync(join(folder, path), "wx", 0o600);
    for (let at = 0; at < content.length;) at += writeSync(file, content, at);
    closeSync(file);
  };
}
