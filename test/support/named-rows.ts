import { createHash } from "node:crypto";
import type { OwnTable } from "./openclaw-schema.ts";
import type { Row } from "./openclaw-databases.ts";

export type Rows = { readonly [Table in OwnTable]?: readonly Row[] };

export const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A row in each table of the main database that names places, all of them below one; `n` tells rows of several from another. */
export function rowsNaming(place: string, n = 0): Rows {
  const store = `${place}/.openclaw/cron/jobs.json`;
  const workspace = `${place}/ws ${n}`;
  const alias = `${place}/link "${n}"`;
  const config = `${place}/.openclaw/openclaw.json`;
  const at = { updated_at_ms: n };
  // As memory-core writes a workspace before it takes the digest.
  const known = digest(/^[A-Z]:/.test(place) ? workspace.replaceAll("\\", "/").toLowerCase() : workspace);
  return {
    cron_jobs: [
      {
        store_key: store,
        job_id: "job",
        name: `of ${n}`,
        enabled: 1,
        payload_kind: "agentTurn",
        job_json: JSON.stringify({ n, payload: { cwd: `${place}/wörk`, message: "hello" } }),
        updated_at: n,
      },
    ],
    cron_run_receipts: [
      {
        receipt_id: String(n),
        store_key: store,
        job_id: "job",
        config_revision: "1",
        agent_id: "main",
        status: "running",
        owner_pid: 1,
        started_at_ms: n,
      },
    ],
    cron_job_scratch: [{ store_key: store, job_id: "job", content: `of ${n}`, revision: 1, ...at }],
    agent_databases: [
      { agent_id: "main", path: `${place}/agent.sqlite`, schema_version: 23, last_seen_at: n, size_bytes: n },
    ],
    config_machine_state: [
      { state_key: `cron.quarantine:${store}`, value_json: JSON.stringify({ n }), ...at },
      {
        state_key: `onboarding.local.${digest(config)}`,
        value_json: JSON.stringify({ n, path: config }),
        ...at,
      },
    ],
    config_health_entries: [{ config_path: config, last_known_good_json: `{"n":${n}}`, ...at }],
    session_groups: [{ name: String(n), position: n, created_at: n, cwd: `${place}/x` }],
    skill_usage: [
      {
        skill_file: `${place}/skills/one/SKILL.md`,
        skill_key: "one",
        skill_name: "one",
        skill_source: "x",
        first_used_at_ms: n,
        last_used_at_ms: n,
        use_count: n,
      },
    ],
    subagent_runs: [
      {
        run_id: String(n),
        child_session_key: "c",
        controller_store_path: `${place}/c`,
        requester_session_key: "r",
        requester_store_path: `${place}/r`,
        created_at: n,
      },
    ],
    session_watch_cursors: [
      {
        watcher_session_key: String(n),
        watcher_store_path: `${place}/w`,
        target_session_key: "t",
        updated_at: n,
      },
    ],
    managed_outgoing_image_records: [
      {
        attachment_id: String(n),
        session_key: "s",
        created_at: "",
        alt: "",
        original_media_root: `${place}/media`,
        original_media_id: "",
        original_media_subdir: "",
        original_content_type: "",
        record_json: "{}",
      },
    ],
    workspace_setup_state: [
      { workspace_key: digest(workspace), workspace_path: workspace, version: n, updated_at: n },
    ],
    workspace_generated_bootstrap_hashes: [
      { workspace_key: digest(workspace), filename: "SOUL.md", sha256: String(n) },
    ],
    workspace_path_aliases: [
      {
        alias_key: digest(alias),
        alias_path: alias,
        workspace_key: digest(workspace),
        workspace_path: workspace,
        ...at,
      },
    ],
    plugin_state_entries: [
      {
        plugin_id: "memory-core",
        namespace: "dreaming-x",
        entry_key: `${known}:${digest(`${workspace}/a.md`)}`,
        value_json: JSON.stringify({
          workspaceKey: known,
          workspaceDir: workspace,
          key: `${workspace}/a.md`,
          n,
        }),
        created_at: n,
      },
    ],
  };
}
