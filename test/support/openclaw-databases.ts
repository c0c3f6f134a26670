import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** From the schema of OpenClaw 2026.9.6, as the program itself makes these tables. */
const schema = {
  schema_meta: `(meta_key TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL, schema_version INTEGER NOT NULL, agent_id TEXT,
    app_version TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT`,
  cron_jobs: `(store_key TEXT NOT NULL, job_id TEXT NOT NULL, declaration_key TEXT, owner_agent_id TEXT,
    name TEXT NOT NULL, description TEXT, enabled INTEGER NOT NULL, agent_id TEXT, payload_kind TEXT NOT NULL,
    job_json TEXT NOT NULL, grant_definition_revision TEXT, grant_definition_generation INTEGER,
    grant_definition_updated_at INTEGER, state_json TEXT NOT NULL DEFAULT '{}', runtime_updated_at_ms INTEGER,
    schedule_identity TEXT, sort_order INTEGER NOT NULL DEFAULT 0, updated_at INTEGER NOT NULL,
    PRIMARY KEY (store_key, job_id)) STRICT`,
  agent_databases: `(agent_id TEXT NOT NULL, path TEXT NOT NULL, schema_version INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL, size_bytes INTEGER, PRIMARY KEY (agent_id, path)) STRICT`,
  config_machine_state: `(state_key TEXT NOT NULL PRIMARY KEY, value_json TEXT NOT NULL,
    updated_at_ms INTEGER NOT NULL) STRICT`,
  device_pairing_paired: `(device_id TEXT NOT NULL PRIMARY KEY, public_key TEXT NOT NULL, display_name TEXT,
    operator_label TEXT, platform TEXT, device_family TEXT, client_id TEXT, client_mode TEXT, browser_origin TEXT,
    role TEXT, roles_json TEXT, scopes_json TEXT, approved_scopes_json TEXT, remote_ip TEXT, tokens_json TEXT,
    approved_via TEXT, node_surface_json TEXT, pending_node_surface_json TEXT, created_at_ms INTEGER NOT NULL,
    approved_at_ms INTEGER NOT NULL, last_seen_at_ms INTEGER, last_seen_reason TEXT) STRICT`,
  delivery_queue_entries: `(queue_name TEXT NOT NULL, id TEXT NOT NULL, status TEXT NOT NULL, entry_kind TEXT,
    session_key TEXT, channel TEXT, target TEXT, account_id TEXT, retry_count INTEGER NOT NULL DEFAULT 0,
    last_attempt_at INTEGER, last_error TEXT, recovery_state TEXT, platform_send_started_at INTEGER,
    entry_json TEXT NOT NULL, enqueued_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, failed_at INTEGER,
    PRIMARY KEY (queue_name, id)) STRICT`,
  session_nodes: `(session_key TEXT NOT NULL PRIMARY KEY, current_session_id TEXT NOT NULL, entry_json TEXT NOT NULL,
    legacy_acp_migration_json TEXT, entry_valid INTEGER NOT NULL DEFAULT 0 CHECK (entry_valid IN (-1, 0, 1)),
    updated_at INTEGER NOT NULL, status TEXT) STRICT`,
} as const;

type Row = Readonly<Record<string, string | number>>;

/** Rows by table; a table with none is made empty. */
export interface OwnDatabaseContents {
  readonly userVersion: number;
  readonly tables: { readonly [Table in keyof typeof schema]?: readonly Row[] };
}

/** Makes one of OpenClaw's databases, as its schema is, in WAL mode, and closes it. */
export function plantOwnDatabase(file: string, { userVersion, tables }: OwnDatabaseContents): void {
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode=WAL; PRAGMA user_version=${userVersion}`);
  for (const [name, rows] of Object.entries(tables)) {
    db.exec(`CREATE TABLE ${name} ${schema[name as keyof typeof schema]}`);
    for (const row of rows) {
      const places = Object.keys(row).map(() => "?");
      db.prepare(`INSERT INTO ${name} (${Object.keys(row).join()}) VALUES (${places.join()})`).run(
        ...Object.values(row),
      );
    }
  }
  db.close();
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
