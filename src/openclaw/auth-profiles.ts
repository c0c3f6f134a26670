import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Agent } from "./installation.ts";
import { hasTable, readStateDatabase } from "./state-database.ts";

const Store = z.object({ store_json: z.string() });

/**
 * The auth profiles of agents as OpenClaw keeps them: in the database of an agentDir, which is not always the one with the
 * sessions. They hold secrets, or say where these are. One that cannot be read is a warning.
 */
export function authProfilesOf(
  agents: readonly Agent[],
  warn: (line: string) => void,
): { readonly agent: string; readonly store: unknown }[] {
  return agents.flatMap(({ id, agentDir }) => {
    const file = path.join(agentDir, "openclaw-agent.sqlite");
    if (!fs.existsSync(file)) return [];
    try {
      return readStateDatabase(file, (db) =>
        hasTable(db, "auth_profile_store")
          ? z.array(Store).parse(db.prepare("select store_json from auth_profile_store").all())
          : [],
      ).map((row) => ({ agent: id, store: JSON.parse(row.store_json) as unknown }));
    } catch {
      // No cause: it may quote what it could not parse, which is a secret.
      warn(
        `the auth profiles of agent ${id} in ${file} cannot be read: variables that they need are not known`,
      );
      return [];
    }
  });
}
