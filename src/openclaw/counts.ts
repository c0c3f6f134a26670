import fs from "node:fs";
import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { type Installation, rootIdOf } from "./installation.ts";
import { Channel } from "./channels.ts";
import type { OwnDatabase } from "./own-databases.ts";
import { hasTable } from "./state-database.ts";

const Count = z.number().int().nonnegative();

const DatabaseCounts = z.object({
  sessions: Count.nullable(),
  cronJobs: z.object({ total: Count, enabled: Count }).nullable(),
  paired: z.object({ devices: Count, nodes: Count }).nullable(),
  /** The databases of agents that it knows, as it has them: relative to the state dir, or absolute. */
  registered: z.array(z.string()),
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
  const registered = hasTable(db, "agent_databases")
    ? db.prepare("select path from agent_databases").all()
    : [];
  const isNode = `role = 'node' or roles_json like '%"node"%'`;
  return DatabaseCounts.parse({
    sessions: row("session_nodes", "count(*) as total")?.["total"] ?? null,
    cronJobs: row("cron_jobs", "count(*) as total, count(iif(enabled, 1, null)) as enabled") ?? null,
    paired:
      row("device_pairing_paired", `count(*) as devices, count(iif(${isNode}, 1, null)) as nodes`) ?? null,
    registered: registered.map(({ path: at }) => at),
  });
}

/** One database and what it holds; null where it could not be read. */
export interface Counted {
  readonly database: OwnDatabase;
  readonly counts: DatabaseCounts | null;
}

/** Puts the counts of an installation's own databases together. `state` is the main one. */
export function countsOf(
  installation: Pick<Installation, "agents" | "channels" | "stateDir">,
  { state, others }: { readonly state: Counted | undefined; readonly others: readonly Counted[] },
  countedAt: Date,
): Counts {
  const registered = new Set(state?.counts?.registered.map((at) => `state/${at}`));
  const inUse = others.filter(({ database }) => isInUse(database, registered));
  const ids = new Set(installation.agents.map(({ id }) => id));
  for (const { database } of inUse) if (database.agent !== null) ids.add(database.agent);
  return {
    countedAt: countedAt.toISOString(),
    agents: installation.agents.length,
    sessions: [...ids].map((agent) => ({ agent, count: sessionsOf(agent, inUse, installation) })),
    cronJobs: state?.counts?.cronJobs ?? null,
    paired: state?.counts?.paired ?? null,
    channels: installation.channels === null ? null : [...installation.channels],
  };
}

/** Not a copy that somebody made, and not a cell's, which is an installation of its own. */
function isInUse({ path: at }: OwnDatabase, registered: ReadonlySet<string>): boolean {
  if (registered.has(at) || !at.includes("/")) return true;
  return at.endsWith("/openclaw-agent.sqlite") && !at.startsWith("state/fleet/");
}

function sessionsOf(
  agent: string,
  databases: readonly Counted[],
  { stateDir }: Pick<Installation, "stateDir">,
): number | null {
  if (databases.some(({ database, counts }) => counts === null && mayBeOf(agent, database))) return null;
  const own = databases.filter(({ database }) => database.agent === agent);
  const known = own.flatMap(({ counts }) => counts?.sessions ?? []);
  if (known.length > 0) return known.reduce((sum, count) => sum + count, 0);
  const old = path.join(stateDir, "agents", agent, "sessions", "sessions.json");
  return own.length > 0 || fs.existsSync(old) ? null : 0;
}

/** A database that could not be read does not say whose it is: only its place may. */
function mayBeOf(agent: string, { agent: named, path: at }: OwnDatabase): boolean {
  if (named !== null) return named === agent;
  if (at.startsWith("agent.")) return at.startsWith(`${rootIdOf("agent", agent)}/`);
  return !at.startsWith("state/agents/") || at.startsWith(`state/agents/${agent}/`);
}
