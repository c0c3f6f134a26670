import { copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { stateDir, type Installation } from "./installation.ts";

/** The databases a running gateway with two agents writes to, relative to the state dir. */
export const DATABASES = [
  "state/openclaw.sqlite",
  "agents/molty/agent/openclaw-agent.sqlite",
  "agents/scout/agent/openclaw-agent.sqlite",
] as const;

/** Sizes of the write-ahead logs, in the order of `DATABASES`; rejects when one does not exist. */
export async function walBytes(installation: Installation): Promise<number[]> {
  const logs = DATABASES.map((database) => join(stateDir(installation), `${database}-wal`));
  return Promise.all(logs.map(async (log) => (await stat(log)).size));
}

/** What `pragma integrity_check` says; "ok" when sound. Looks at a copy, for opening leaves sidecars behind. */
export async function integrityOf(file: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "ocbak-e2e-integrity-"));
  try {
    const copy = join(folder, "copy.sqlite");
    await copyFile(file, copy);
    using database = new DatabaseSync(copy);
    return database.prepare("pragma integrity_check").get()?.["integrity_check"];
  } finally {
    await rm(folder, { recursive: true });
  }
}
