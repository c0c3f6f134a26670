/**
 * Tables of OpenClaw 2026.9.6, as the program makes them: all that the rules of a rewrite name and what else the tests need;
 * without checks, and without triggers but in what they mean. The soak compares them with those of the real program.
 */
const tables = {
  schema_meta: `(meta_key TEXT NOT NULL, role TEXT NOT NULL, schema_version INTEGER NOT NULL, agent_id TEXT,
    app_version TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (meta_key))
    STRICT`,
  cron_jobs: `(store_key TEXT NOT NULL, job_id TEXT NOT NULL, declaration_key TEXT, owner_agent_id TEXT, name TEXT
    NOT NULL, description TEXT, enabled INTEGER NOT NULL, agent_id TEXT, payload_kind TEXT NOT NULL,
    job_json TEXT NOT NULL, grant_definition_revision TEXT, grant_definition_generation INTEGER,
    grant_definition_updated_at INTEGER, state_json TEXT NOT NULL DEFAULT '{}', runtime_updated_at_ms
    INTEGER, schedule_identity TEXT, sort_order INTEGER NOT NULL DEFAULT 0, updated_at INTEGER NOT NULL,
    PRIMARY KEY (store_key, job_id)) STRICT`,
  cron_run_receipts: `(receipt_id TEXT NOT NULL, store_key TEXT NOT NULL, job_id TEXT NOT NULL, config_revision TEXT NOT
    NULL, agent_id TEXT NOT NULL, request_run_id TEXT, status TEXT NOT NULL, owner_pid INTEGER NOT NULL,
    owner_start_time INTEGER, started_at_ms INTEGER NOT NULL, finished_at_ms INTEGER, error_text TEXT,
    PRIMARY KEY (receipt_id)) STRICT`,
  cron_job_scratch: `(store_key TEXT NOT NULL, job_id TEXT NOT NULL, content TEXT, revision INTEGER NOT NULL,
    source_sha256 TEXT, updated_at_ms INTEGER NOT NULL, PRIMARY KEY (store_key, job_id)) STRICT`,
  agent_databases: `(agent_id TEXT NOT NULL, path TEXT NOT NULL, schema_version INTEGER NOT NULL, last_seen_at INTEGER
    NOT NULL, size_bytes INTEGER, PRIMARY KEY (agent_id, path)) STRICT`,
  config_machine_state: `(state_key TEXT NOT NULL, value_json TEXT NOT NULL, updated_at_ms INTEGER NOT NULL, PRIMARY KEY
    (state_key)) STRICT`,
  config_health_entries: `(config_path TEXT NOT NULL, last_known_good_json TEXT, last_promoted_good_json TEXT,
    last_observed_suspicious_signature TEXT, updated_at_ms INTEGER NOT NULL, PRIMARY KEY (config_path))
    STRICT`,
  session_groups: `(name TEXT NOT NULL, position INTEGER NOT NULL, created_at INTEGER NOT NULL, cwd TEXT, worktree
    INTEGER, PRIMARY KEY (name)) STRICT`,
  skill_usage: `(skill_file TEXT NOT NULL, skill_key TEXT NOT NULL, skill_name TEXT NOT NULL, skill_source TEXT NOT
    NULL, first_used_at_ms INTEGER NOT NULL, last_used_at_ms INTEGER NOT NULL, use_count INTEGER NOT
    NULL, last_agent_id TEXT, PRIMARY KEY (skill_file)) STRICT`,
  subagent_runs: `(run_id TEXT NOT NULL, child_session_key TEXT NOT NULL, controller_session_key TEXT,
    controller_store_path TEXT, requester_session_key TEXT NOT NULL, requester_store_path TEXT,
    created_at INTEGER NOT NULL, payload_json TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (run_id)) STRICT`,
  session_watch_cursors: `(watcher_session_key TEXT NOT NULL, watcher_store_path TEXT, target_session_key TEXT NOT NULL,
    last_seen_sequence INTEGER NOT NULL DEFAULT 0, notified_sequence INTEGER NOT NULL DEFAULT 0,
    material_sequence INTEGER NOT NULL DEFAULT 0, provenance TEXT NOT NULL DEFAULT 'explicit',
    updated_at INTEGER NOT NULL, PRIMARY KEY (watcher_session_key, target_session_key)) STRICT`,
  managed_outgoing_image_records: `(attachment_id TEXT NOT NULL, session_key TEXT NOT NULL, agent_id TEXT, message_id TEXT, created_at
    TEXT NOT NULL, updated_at TEXT, retention_class TEXT, alt TEXT NOT NULL, original_media_root TEXT
    NOT NULL, original_media_id TEXT NOT NULL, original_media_subdir TEXT NOT NULL,
    original_content_type TEXT NOT NULL, original_width INTEGER, original_height INTEGER,
    original_size_bytes INTEGER, original_filename TEXT, record_json TEXT NOT NULL, cleanup_pending
    INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (attachment_id)) STRICT`,
  workspace_setup_state: `(workspace_key TEXT NOT NULL, workspace_path TEXT, version INTEGER, bootstrap_seeded_at TEXT,
    setup_completed_at TEXT, updated_at INTEGER, attested_at_ms INTEGER, attestation_updated_at_ms
    INTEGER, PRIMARY KEY (workspace_key)) STRICT`,
  workspace_generated_bootstrap_hashes: `(workspace_key TEXT NOT NULL, filename TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY
    (workspace_key, filename), FOREIGN KEY (workspace_key) REFERENCES workspace_setup_state
    (workspace_key) ON DELETE CASCADE) STRICT`,
  workspace_path_aliases: `(alias_key TEXT NOT NULL, alias_path TEXT NOT NULL, workspace_key TEXT NOT NULL, workspace_path TEXT
    NOT NULL, updated_at_ms INTEGER NOT NULL, PRIMARY KEY (alias_key)) STRICT`,
  plugin_state_entries: `(plugin_id TEXT NOT NULL, namespace TEXT NOT NULL, entry_key TEXT NOT NULL, value_json TEXT NOT
    NULL, created_at INTEGER NOT NULL, expires_at INTEGER, PRIMARY KEY (plugin_id, namespace,
    entry_key)) STRICT`,
  state_leases: `(scope TEXT NOT NULL, lease_key TEXT NOT NULL, owner TEXT NOT NULL, expires_at INTEGER, heartbeat_at
    INTEGER, payload_json TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY
    (scope, lease_key)) STRICT`,
  agent_database_leases: `(lease_id TEXT NOT NULL, agent_id TEXT NOT NULL, path TEXT NOT NULL, owner_pid INTEGER NOT NULL,
    owner_start_time INTEGER, opened_at INTEGER NOT NULL, PRIMARY KEY (lease_id)) STRICT`,
  gateway_restart_handoff: `(handoff_key TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, intent_id TEXT NOT NULL,
    pid INTEGER NOT NULL, process_instance_id TEXT, created_at INTEGER NOT NULL, expires_at INTEGER NOT
    NULL, reason TEXT, restart_trace_started_at INTEGER, restart_trace_last_at INTEGER, source TEXT NOT
    NULL, restart_kind TEXT NOT NULL, supervisor_mode TEXT NOT NULL, updated_at_ms INTEGER NOT NULL,
    PRIMARY KEY (handoff_key)) STRICT`,
  gateway_restart_intent: `(intent_key TEXT NOT NULL, kind TEXT NOT NULL, pid INTEGER NOT NULL, created_at INTEGER NOT NULL,
    reason TEXT, force INTEGER, wait_ms INTEGER, updated_at_ms INTEGER NOT NULL, PRIMARY KEY
    (intent_key)) STRICT`,
  gateway_restart_sentinel: `(sentinel_key TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, ts
    INTEGER NOT NULL, session_key TEXT, thread_id TEXT, delivery_channel TEXT, delivery_to TEXT,
    delivery_account_id TEXT, message TEXT, continuation_json TEXT, doctor_hint TEXT, stats_json TEXT,
    payload_json TEXT NOT NULL, updated_at_ms INTEGER NOT NULL, PRIMARY KEY (sentinel_key)) STRICT`,
  delivery_queue_entries: `(queue_name TEXT NOT NULL, id TEXT NOT NULL, status TEXT NOT NULL, entry_kind TEXT, session_key
    TEXT, channel TEXT, target TEXT, account_id TEXT, retry_count INTEGER NOT NULL DEFAULT 0,
    last_attempt_at INTEGER, last_error TEXT, recovery_state TEXT, platform_send_started_at INTEGER,
    entry_json TEXT NOT NULL, enqueued_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, failed_at
    INTEGER, PRIMARY KEY (queue_name, id)) STRICT`,
  device_pairing_paired: `(device_id TEXT NOT NULL, public_key TEXT NOT NULL, display_name TEXT, operator_label TEXT, platform
    TEXT, device_family TEXT, client_id TEXT, client_mode TEXT, browser_origin TEXT, role TEXT,
    roles_json TEXT, scopes_json TEXT, approved_scopes_json TEXT, remote_ip TEXT, tokens_json TEXT,
    approved_via TEXT, node_surface_json TEXT, pending_node_surface_json TEXT, created_at_ms INTEGER NOT
    NULL, approved_at_ms INTEGER NOT NULL, last_seen_at_ms INTEGER, last_seen_reason TEXT, PRIMARY KEY
    (device_id)) STRICT`,
  session_nodes: `(session_key TEXT NOT NULL, current_session_id TEXT NOT NULL, entry_json TEXT NOT NULL,
    legacy_acp_migration_json TEXT, entry_valid INTEGER NOT NULL DEFAULT 0, updated_at INTEGER NOT NULL,
    status TEXT, created_at INTEGER, created_via TEXT, created_actor_type TEXT, created_actor_id TEXT,
    owner_actor_type TEXT, owner_actor_id TEXT, owner_assigned_by_type TEXT, owner_assigned_by_id TEXT,
    owner_assigned_at INTEGER, project_id TEXT, parent_session_key TEXT, spawned_by TEXT,
    fork_source_session_key TEXT, fork_source_session_id TEXT, fork_source_entry_id TEXT, label TEXT,
    display_name TEXT, category TEXT, icon TEXT, pinned_at INTEGER, archived_at INTEGER, last_read_at
    INTEGER, last_interaction_at INTEGER, last_activity_at INTEGER, PRIMARY KEY (session_key)) STRICT`,
  agent_integrity_verifications: `(path TEXT NOT NULL, dev TEXT NOT NULL, ino TEXT NOT NULL, app_version TEXT NOT NULL, verified_at
    INTEGER NOT NULL, clean_close INTEGER NOT NULL, PRIMARY KEY (path)) STRICT`,
} as const;

const indexes: { readonly [Table in OwnTable]?: string } = {
  cron_run_receipts:
    "CREATE UNIQUE INDEX idx_cron_run_receipts_active_job ON cron_run_receipts (store_key, job_id) WHERE status = 'running'",
};

export type OwnTable = keyof typeof tables;

/** Which tables a database of OpenClaw's has. */
export const tablesOf: Readonly<Record<"global" | "agent" | "quarantine", readonly OwnTable[]>> = {
  global: (Object.keys(tables) as OwnTable[]).filter(
    (name) => name !== "session_nodes" && name !== "agent_integrity_verifications",
  ),
  agent: ["schema_meta", "session_nodes"],
  quarantine: ["agent_integrity_verifications"],
};

/** SQL that makes a table, with its unique indexes. */
export function makeTable(name: OwnTable): string {
  return `CREATE TABLE ${name} ${tables[name]}; ${indexes[name] ?? ""}`;
}
