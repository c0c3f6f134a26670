import fs from "node:fs";
import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { Installation } from "./installation.ts";
import { Channel } from "./channels.ts";
import type { OwnDatabase } from "./own-databases.ts";
import { hasTable } from "./state-database.ts";

const Count = z.number().int().nonnegative();

const DatabaseCounts = z.object({
  sessions: Count.nullable(),
  cronJobs: z.object({ total: Count, enabled: Count }).nullable(),
  paired: z.object({ devices: Count, nodes: Count }).nullable(),
});
/** What one database holds; null for what it has no table of. */
export type DatabaseCounts = z.infer<typeof DatabaseCounts>;

/** How much an installation held just before it was captured; null is what could not be told. */
export const Counts = z.object({
  countedAt: z.string(),
  agents: Count,
  /** Of each agent, by id: those of the config, and those that only have sessions. */
  sessions: z.array(z.object({ agent: z.string(), count: Count.nullable() })),
  /** Of the user and OpenClaw's own together. */
  cronJobs: DatabaseCounts.shape.cronJobs,
  /** `nodes` are among the `devices`. */
  paired: DatabaseCounts.shape.paired,
  channels: z.array(Channel).nullable(),
});
export type Counts = z.infer<typeof Counts>;

/** Counts in one database. Throws where its tables are not as known. */
export function countIn(db: DatabaseSync): DatabaseCounts {
  const row = (table: string, columns: string) =>
    hasTable(db, table) ? db.prepare(`select ${columns} from ${table}`).get() : undefined;
  const isNode = `role = 'node' or roles_json like '%"node"%'`;
  return DatabaseCounts.parse({
    sessions: row("session_nodes", "count(*) as total")?.["total"] ?? null,
    cronJobs: row("cron_jobs", "count(*) as total, count(iif(enabled, 1, null)) as enabled") ?? null,
    paired:
      row("device_pairing_paired", `count(*) as devices, count(iif(${isNode}, 1, null)) as nodes`) ?? null,
  });
}

/** One database and what it holds; null where it could not be read. */
export interface Counted {
  readonly database: OwnDatabase;
  readonly counts: DatabaseCounts | null;
}

/** Puts the counts of an installation's own databases together. `state` is the main one. */
export function countsOf(
  installation: Installation,
  { state, agents }: { readonly state: Counted | undefined; readonly agents: readonly Counted[] },
  countedAt: Date,
): Counts {
  const ids = new Set(installation.agents.map(({ id }) => id));
  for (const { database } of agents) if (database.agent !== null) ids.add(database.agent);
  return {
    countedAt: countedAt.toISOString(),
    agents: installation.agents.length,
    sessions: [...ids].map((agent) => ({ agent, count: sessionsOf(agent, agents, installation) })),
    cronJobs: state?.counts?.cronJobs ?? null,
    paired: state?.counts?.paired ?? null,
    channels: installation.channels === null ? null : [...installation.channels],
  };
}

function sessionsOf(agent: string, databases: readonly Counted[], { stateDir }: Installation): number | null {
  const own = databases.filter(({ database }) => database.agent === agent);
  // A database that could not be read does not say whose it is.
  if (databases.some(({ database, counts }) => counts === null && isOf(agent, database))) return null;
  const known = own.flatMap(({ counts }) => counts?.sessions ?? []);
  if (known.length > 0) return known.reduce((sum, count) => sum + count, 0);
  const old = path.join(stateDir, "agents", agent, "sessions", "sessions.json");
  return own.length > 0 || fs.existsSync(old) ? null : 0;
}

function isOf(agent: string, { agent: named, path: at }: OwnDatabase): boolean {
  return named === null
    ? at.startsWith(`state/agents/${agent}/`) || !at.startsWith("state/agents/")
    : named === agent;
}
