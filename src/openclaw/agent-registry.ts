import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { hasTable, readStateDatabase } from "./state-database.ts";

/** An agent's database as OpenClaw remembers to have made it. */
export interface RegisteredDatabase {
  readonly agent: string;
  /** Absolute. */
  readonly path: string;
}

const Row = z.object({ agent_id: z.string(), path: z.string() });

/**
 * The table `agent_databases` of `state/openclaw.sqlite`: it knows agents that have left the config, too. Empty where
 * there is none; one that cannot be read is a warning.
 */
export function registeredDatabases(stateDir: string, warn: (line: string) => void): RegisteredDatabase[] {
  const file = path.join(stateDir, "state", "openclaw.sqlite");
  if (!fs.existsSync(file)) return [];
  try {
    return readRows(file).flatMap(({ agent_id: agent, path: stored }) => {
      const at = path.resolve(stateDir, stored);
      if (fs.existsSync(at)) return [{ agent, path: at }];
      // Agents that were deleted leave rows of databases inside the state dir.
      if (path.isAbsolute(stored))
        warn(`the database ${at} of agent ${agent} does not exist or cannot be reached`);
      return [];
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    warn(`the registry of agent databases in ${file} cannot be read (${why}): those outside are not known`);
    return [];
  }
}

function readRows(file: string): z.infer<typeof Row>[] {
  return readStateDatabase(file, (db) => {
    if (!hasTable(db, "agent_databases")) return [];
    const rows = db.prepare("select agent_id, path from agent_databases order by agent_id, path").all();
    return z.array(Row).parse(rows);
  });
}
