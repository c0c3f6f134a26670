import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "node:sqlite";

/** A program that goes on writing into a database until it is disposed of. */
export interface LiveWriter extends AsyncDisposable {
  readonly database: string;
  /** How much it has committed until now, by another connection: what a backup that begins now must hold. */
  committed(): number;
  hasDied(): boolean;
}

type Kind = "agent" | "third-party";

/** The program that writes; a user of its own may need a copy at a place open to them. */
export const liveWriterProgram = fileURLToPath(new URL("live-writer.ts", import.meta.url));

export interface LiveWriterOptions {
  readonly uid?: number;
  readonly gid?: number;
  readonly node?: string;
  readonly program?: string;
  /** Of a third-party database, 4 KB each. */
  readonly rows?: number;
}

const counters: Readonly<Record<Kind, string>> = {
  agent: "SELECT count(*) AS n FROM trajectory_runtime_events WHERE run_id = 'w'",
  "third-party": "SELECT n FROM commits",
};

/** Resolves when the first transaction is committed. See live-writer.ts. */
export async function startLiveWriter(
  kind: Kind,
  database: string,
  { uid, gid, node = process.execPath, program = liveWriterProgram, rows = 20_000 }: LiveWriterOptions = {},
): Promise<LiveWriter> {
  const child = spawn(node, [program, kind, database], {
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    cwd: "/",
    env: { LIVE_WRITER_ROWS: String(rows) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await Promise.race([once(child.stdout, "data"), failed(child)]);
  return {
    database,
    committed: () => committedIn(kind, database),
    hasDied: () => child.exitCode !== null || child.signalCode !== null,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

async function failed(child: ChildProcess): Promise<never> {
  const [status] = (await once(child, "exit")) as [number | null];
  throw new Error(`the writer ended with ${status}`);
}

/** The same of a database at rest, such as a restored one. */
export function committedIn(kind: Kind, path: string): number {
  using database = new DatabaseSync(path, { readOnly: true });
  database.exec("PRAGMA busy_timeout=5000");
  return Number(database.prepare(counters[kind]).get()!["n"]);
}

/** What `PRAGMA integrity_check` says of a database at rest: "ok" when sound. */
export function integrityOf(path: string): unknown {
  using database = new DatabaseSync(path);
  return database.prepare("PRAGMA integrity_check").get()!["integrity_check"];
}
