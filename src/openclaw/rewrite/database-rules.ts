/** What is done with one column, or with a whole table, of OpenClaw's databases. */
export type DatabaseRule = PathRule | DropRule;

/** `path`: the value is a path; `json`: strings in it may be. */
interface PathRule {
  readonly table: string;
  readonly column: string;
  readonly action: "path" | "json";
  /** Of JSON: a column that a trigger changes with it, and that keeps its value. */
  readonly keeps?: string;
  readonly because: string;
}

interface DropRule {
  readonly table: string;
  readonly action: "drop";
  readonly because: string;
  /** What the rows are, where people may miss them. */
  readonly tell?: string;
}

/**
 * As OpenClaw 2026.9.6 has them (`state/openclaw.sqlite` version 18, agents 23, quarantine 2); a table or column that is not
 * there is passed over. Rows keyed by a digest of a path are in `digest-keys.ts`.
 */
export const databaseRules: readonly DatabaseRule[] = [
  { table: "cron_jobs", column: "store_key", action: "path", because: "jobs are listed by it" },
  { table: "cron_run_receipts", column: "store_key", action: "path", because: "runs of those jobs" },
  { table: "cron_job_scratch", column: "store_key", action: "path", because: "notes of those jobs" },
  { table: "cron_jobs", column: "job_json", action: "json", because: "a job's folder to work in" },
  {
    table: "agent_databases",
    column: "path",
    action: "path",
    because: "doctor removes rows of missing files",
  },
  {
    table: "config_machine_state",
    column: "value_json",
    action: "json",
    because: "plugins' places, cron.store",
  },
  {
    table: "config_health_entries",
    column: "config_path",
    action: "path",
    because: "keyed by the config file",
  },
  {
    table: "session_nodes",
    column: "entry_json",
    action: "json",
    // A trigger takes each changed record for one that was not checked, and doctor for one to be repaired.
    keeps: "entry_valid",
    because: "places of skills in a session",
  },
  { table: "session_groups", column: "cwd", action: "path", because: "where sessions of a group begin" },
  { table: "skill_usage", column: "skill_file", action: "path", because: "keyed by the skill's file" },
  { table: "subagent_runs", column: "controller_store_path", action: "path", because: "whose run it is" },
  { table: "subagent_runs", column: "requester_store_path", action: "path", because: "who asked for it" },
  { table: "session_watch_cursors", column: "watcher_store_path", action: "path", because: "who watches" },
  {
    table: "managed_outgoing_image_records",
    column: "original_media_root",
    action: "path",
    because: "pictures sent",
  },
  { table: "state_leases", action: "drop", because: "held by processes of the old machine" },
  { table: "agent_database_leases", action: "drop", because: "held by processes of the old machine" },
  { table: "gateway_restart_handoff", action: "drop", because: "names a process of the old machine" },
  { table: "gateway_restart_intent", action: "drop", because: "names a process of the old machine" },
  { table: "gateway_restart_sentinel", action: "drop", because: "would announce a restart that never was" },
  { table: "agent_integrity_verifications", action: "drop", because: "by device and inode of the old disk" },
  {
    table: "delivery_queue_entries",
    action: "drop",
    because: "would be sent again, and perhaps twice",
    tell: "messages that waited to be sent",
  },
];

/** Why rows of a table may go on naming old places. */
export interface KnownRemainder {
  readonly tables: RegExp;
  readonly kind: "history" | "host";
  readonly why: string;
}

export const knownRemainders: readonly KnownRemainder[] = [
  {
    tables: /^(?:transcript_\w+|session_transcript_\w+|trajectory_\w+|acp_replay_\w+|session_windows)$/,
    kind: "history",
    why: "what was said and done",
  },
  {
    tables: /^(?:diagnostic_events|audit_events|capture_\w+|session_state_events|heartbeat_outcomes)$/,
    kind: "history",
    why: "a log of events",
  },
  {
    tables: /^(?:task_runs|flow_runs|cron_run_receipts|subagent_runs)$/,
    kind: "history",
    why: "runs of the past",
  },
  { tables: /^(?:migration_\w+|backup_runs)$/, kind: "history", why: "a record of what was done once" },
  { tables: /^memory_\w+$/, kind: "history", why: "what files said when they were indexed" },
  {
    tables: /^(?:worktrees|worktree_\w+|projects)$/,
    kind: "host",
    why: "checkouts: see `openclaw worktrees` and `openclaw projects`",
  },
  {
    tables: /^(?:acp_sessions|sandbox_registry_entries|fleet_cells)$/,
    kind: "host",
    why: "bound to the old machine: start it anew",
  },
  {
    tables: /^(?:exec_approvals_config|plugin_binding_approvals|outbound_media_provenance)$/,
    kind: "host",
    why: "an approval for the old place: give it again",
  },
  { tables: /^claw_\w+$/, kind: "host", why: "an installed claw: install it again" },
  { tables: /^agent_deletion_journal$/, kind: "host", why: "a deletion that was not finished" },
];

/** The newest `user_version` of which the rows above are known to be all, by the role the database gives itself. */
export const knownVersions: Readonly<Record<string, number>> = { global: 18, agent: 23 };
