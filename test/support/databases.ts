import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { snapshotDatabase, type Snapshot, type SnapshotPlace } from "../../src/disk/database.ts";
import { PathGuard } from "../../src/disk/path-guard.ts";
import type { PlannedEntry } from "../../src/disk/planned.ts";
import { freshDir, plant } from "./tree.ts";

export function entryOf(source: string): PlannedEntry {
  return {
    path: "state/x" as PlannedEntry["path"],
    type: "file",
    section: "sealed",
    source,
    size: 0,
    database: true,
  };
}

export function place(workDir: string): SnapshotPlace {
  const guard = new PathGuard();
  onTestFinished(() => guard.release());
  return { workDir, guard };
}

export async function taken(source: string, workDir = freshDir()): Promise<Snapshot> {
  const outcome = await snapshotDatabase(entryOf(source), place(workDir), { busyTimeoutMs: 200 });
  if (outcome.status !== "ok") throw new Error(`no snapshot: ${outcome.status} ${outcome.reason}`);
  return outcome;
}

export function rowsOf(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(database.prepare("SELECT count(*) AS n FROM notes").get()!["n"]);
  } finally {
    database.close();
  }
}

/** A database with `rows` rows, in WAL mode and closed: no log beside it. Old enough to be known to be at rest. */
export function walDatabase(rows: number): string {
  const file = join(plant(freshDir(), { "a.db": { rows } }), "a.db");
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL");
  database.close();
  return file;
}

export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Runs `program` (with `db` open on the file) in another process until the test ends; resolves once it printed. */
export async function otherProcess(file: string, program: string): Promise<() => Promise<void>> {
  const source = `const { DatabaseSync } = require("node:sqlite"); const db = new DatabaseSync(process.argv[1], { timeout: 5000 });
    ${program}; setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["-e", source, file], { stdio: ["ignore", "pipe", "inherit"] });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  onTestFinished(kill);
  await once(child.stdout, "data");
  return kill;
}

export const insertRows = (rows: number) =>
  `for (let i = 0; i < ${rows}; i += 1) db.prepare("INSERT INTO notes (body) VALUES (hex(randomblob(500)))").run();`;
