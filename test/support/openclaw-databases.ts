import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeTable, type OwnTable } from "./openclaw-schema.ts";

export type Row = Readonly<Record<string, string | number | null>>;

/** Rows by table; a table with none is made empty. */
export interface OwnDatabaseContents {
  readonly userVersion: number;
  readonly tables: { readonly [Table in OwnTable]?: readonly Row[] };
}

/** Makes one of OpenClaw's databases, as its schema is, in WAL mode, and closes it. */
export function plantOwnDatabase(file: string, { userVersion, tables }: OwnDatabaseContents): void {
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode=WAL; PRAGMA user_version=${userVersion}`);
  for (const name of Object.keys(tables)) db.exec(makeTable(name as OwnTable));
  insertInto(db, tables);
  db.close();
}

/** Puts rows into tables that are there. */
export function insertInto(db: DatabaseSync, tables: OwnDatabaseContents["tables"]): void {
  for (const [name, rows] of Object.entries(tables)) {
    for (const row of rows) {
      const places = Object.keys(row).map(() => "?");
      db.prepare(`INSERT INTO ${name} (${Object.keys(row).join()}) VALUES (${places.join()})`).run(
        ...Object.values(row),
      );
    }
  }
}

const always = { created_at: 1, updated_at: 1 };

/** The main database: a session store that it knows, three cron jobs of which two are enabled, two devices of which one is a node, a message that waits. */
export function stateDatabase(installedIndex: unknown): OwnDatabaseContents {
  const job = { store_key: "/cron/jobs.json", payload_kind: "agentTurn", job_json: "{}", updated_at: 1 };
  const device = { public_key: "k", created_at_ms: 1, approved_at_ms: 1 };
  return {
    userVersion: 18,
    tables: {
      schema_meta: [
        { meta_key: "primary", role: "global", schema_version: 18, app_version: "2026.9.6", ...always },
      ],
      agent_databases: [{ agent_id: "main", path: "stores/own.sqlite", schema_version: 23, last_seen_at: 1 }],
      cron_jobs: ["a", "b", "c"].map((id, n) => ({ job_id: id, name: id, enabled: Number(n > 0), ...job })),
      device_pairing_paired: [
        { device_id: "1", role: "operator", ...device },
        { device_id: "2", role: "operator", roles_json: '["operator","node"]', ...device },
      ],
      delivery_queue_entries: [
        {
          queue_name: "q",
          id: "1",
          status: "pending",
          entry_json: "{}",
          enqueued_at: 1,
          updated_at: 1,
        },
      ],
      config_machine_state: [
        {
          state_key: "plugins.installedIndex",
          value_json: JSON.stringify({ revision: 1, index: installedIndex }),
          updated_at_ms: 1,
        },
      ],
    },
  };
}

/** An agent's database with that many sessions. */
export function agentDatabase(agent: string, sessions: number): OwnDatabaseContents {
  return {
    userVersion: 23,
    tables: {
      schema_meta: [
        {
          meta_key: "primary",
          role: "agent",
          schema_version: 23,
          agent_id: agent,
          app_version: "2026.9.6",
          ...always,
        },
      ],
      session_nodes: Array.from({ length: sessions }, (_, n) => ({
        session_key: `agent:${agent}:${n}`,
        current_session_id: String(n),
        entry_json: "{}",
        updated_at: 1,
      })),
    },
  };
}
