import { readFileSync } from "node:fs";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { renderTakenPage, takenPage } from "../../fixtures/what-is-taken.ts";
import type { Root } from "../../src/openclaw/installation.ts";
import { Classifier } from "../../src/openclaw/classes/classifier.ts";
import { exclusionRulesOf, isLeftOut } from "../../src/openclaw/classes/exclusions.ts";
import { isLeftOutByDefault } from "../../src/openclaw/classes/row.ts";
import { stateRows } from "../../src/openclaw/classes/state.ts";
import { workspaceRows, workspaceSealRules } from "../../src/openclaw/classes/workspace.ts";

type AnyRoot = Pick<Root, "id" | "kind">;
const state: AnyRoot = { id: "state", kind: "state" };

/** The first rule that leaves a path out, by itself or with a folder above it. */
function ruleFor(root: AnyRoot, relative: string): string | undefined {
  const folders = relative.split("/").map((_, n, all) => all.slice(0, n + 1).join("/"));
  return exclusionRulesOf(root).find(({ pattern }) => {
    const matches = picomatch(pattern, { dot: true });
    return folders.some((folder) => matches(folder));
  })?.id;
}

const uuid = "123e4567-e89b-12d3-a456-426614174000";

describe("what is left out of a state dir", () => {
  const out: Record<string, readonly string[]> = {
    tmp: ["tmp", "tmp/openclaw-0/gateway.state.lock", "tmp/.hidden", "agents/main/agent/codex-home/.tmp/x"],
    lock: [
      "gateway.lock",
      "agents/main/sessions/sessions.json.lock",
      "credentials/whatsapp/a/creds.json.lock",
    ],
    "lock-database": [
      "agents/main/agent/openclaw-agent.sqlite.generation-lock.sqlite",
      "agents/main/agent/openclaw-agent.sqlite.generation-writer.sqlite",
      "agents/main/agent/openclaw-agent.sqlite.reindex-lock.sqlite-journal",
      "state/device-identity.12345678.lock.sqlite",
    ],
    "transient-database": [
      `agents/main/agent/openclaw-agent.sqlite.memory-reindex-${uuid}`,
      `agents/main/agent/openclaw-agent.sqlite.memory-reindex-${uuid}-wal`,
      `state/openclaw.sqlite.backup-${uuid}`,
    ],
    "browser-lock": ["browser/openclaw/user-data/SingletonLock"],
    "delivery-queue": ["delivery-queue", "delivery-queue-media/x", "session-delivery-queue/1.json"],
    process: ["gateway.pid", "exec-approvals.sock", "restart-sentinel.json"],
    cache: [
      "cache/control-ui-assets/x",
      "media/remote-cache/x",
      "agents/main/qmd/xdg-cache/qmd/index.sqlite",
    ],
    "browser-cache": ["browser/openclaw/user-data/Default/Code Cache/js/x", "browser/o/user-data/GPUCache/x"],
    packages: [
      "npm",
      "npm/lib/x",
      "git/x",
      "extensions/matrix/node_modules",
      "extensions/a/b/node_modules/c/d",
    ],
    "plugin-skills": ["plugin-skills/x"],
    program: ["tools/node-v24/bin/node", "bin/openclaw"],
    models: ["models/embed/x.gguf"],
    logs: ["logs", "logs/commands.log", "update-reports/x", "fleet/cells/tenant/logs/gateway.log"],
    "old-backups": ["backups/x.tar.gz"],
    "put-aside": [
      "workspace.before-ocbak-20260922T145300Z/MEMORY.md",
      "agents/main/agent.before-ocbak-20260922T145300Z-2",
      "workspace.undone-ocbak-20260922T145300Z",
    ],
  };
  it.each(Object.entries(out))("by the rule %s", (rule, paths) => {
    expect(Object.fromEntries(paths.map((path) => [path, ruleFor(state, path)]))).toEqual(
      Object.fromEntries(paths.map((path) => [path, rule])),
    );
  });

  it("never what a user would miss, whatever its name", () => {
    const kept = [
      "openclaw.json",
      "openclaw.json.bak.1",
      "openclaw.json.last-good",
      ".env",
      "state/openclaw.sqlite",
      "state/openclaw.sqlite.backup-before-update",
      "agents/main/agent/openclaw-agent.sqlite",
      "agents/main/sessions/abc.jsonl",
      "agents/main/sessions/cold/0123.jsonl.zst",
      "agents/main/agent/workshop-skills/x/tmp/notes.md",
      "skills/my/uv.lock",
      "skills/my/tmp/x",
      "skills/my/logs/x",
      "skills/my/npm/x",
      "skills/my/important.tmp.md",
      "projects/app/Cargo.lock",
      "projects/app/node_modules/x",
      "worktrees/a/cache/x",
      "extensions/mine/index.js",
      "media/inbound/x.jpg",
      "cron/runs/j.jsonl",
      "browser/openclaw/user-data/Default/Cookies",
      "memory/main.sqlite",
      "canvas/documents/tmp/x",
      "notes.before-ocbak-yesterday",
      "fleet/cells/a/projects/x/logs/y",
    ];
    expect(kept.filter((path) => ruleFor(state, path) !== undefined)).toEqual([]);
  });

  it("not at all in a workspace, a config file or a folder of the user", () => {
    const roots: readonly AnyRoot[] = [
      { id: "workspace.main", kind: "workspace" },
      { id: "config", kind: "config" },
      { id: "user-config", kind: "user-config" },
      { id: "session-store.shared", kind: "agent" },
    ];
    expect(roots.flatMap((root) => exclusionRulesOf(root))).toEqual([]);
  });

  const elsewhere: readonly (readonly [AnyRoot, string, string | undefined])[] = [
    [{ id: "credentials", kind: "credentials" }, "whatsapp/a/x.lock", "lock"],
    [{ id: "credentials", kind: "credentials" }, "tmp/x", undefined],
    [{ id: "agent.a", kind: "agent" }, "codex-home/tmp/x", "tmp"],
    [{ id: "agent.a", kind: "agent" }, "openclaw-agent.sqlite.reindex-lock.sqlite", "lock-database"],
    [{ id: "agent.a", kind: "agent" }, "logs/x", undefined],
    [{ id: "config-dir.npm", kind: "config-dir" }, "anything", "packages"],
    [{ id: "config-dir.plugin-skills", kind: "config-dir" }, "x/y", "plugin-skills"],
    [{ id: "config-dir.extensions", kind: "config-dir" }, "matrix/node_modules/x", "packages"],
    [{ id: "config-dir.extensions", kind: "config-dir" }, "matrix/index.js", undefined],
    [{ id: "config-dir.media", kind: "config-dir" }, "remote-cache/x", "cache"],
    [{ id: "config-dir.skills", kind: "config-dir" }, "npm/x", undefined],
    [{ id: "config-dir.hooks-transforms", kind: "config-dir" }, "tmp/x", undefined],
  ];
  it.each(elsewhere)("the same where a part lies elsewhere: %j %s → %s", (root, path, rule) => {
    expect(ruleFor(root, path)).toBe(rule);
  });

  it("a root is known to be left out by a folder above it too, but not for what it holds", () => {
    expect([
      isLeftOut(state, "tools/agent/x"),
      isLeftOut(state, "agents/a"),
      isLeftOut(state, "extensions/a"),
    ]).toEqual([true, false, false]);
  });

  it("even what is asked for in full lacks what is never taken", () => {
    const all = exclusionRulesOf(state);
    const never = exclusionRulesOf(state, { byDefault: false });
    expect(never).toEqual(all.filter(({ always }) => always));
    expect([...new Set(never.map(({ id }) => id))]).toEqual([
      "tmp",
      "lock",
      "lock-database",
      "transient-database",
      "update-capture",
      "browser-lock",
    ]);
  });
});

describe("the table of classes", () => {
  const rows = [...stateRows, ...workspaceRows];

  it("has ids that an archive can carry, each once, and no pattern that hides a slash in braces", () => {
    expect(rows.filter(({ id }) => !/^[a-z0-9-]{1,64}$/.test(id))).toEqual([]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    expect(rows.flatMap(({ patterns }) => patterns).filter((one) => /[{(][^)}]*\//.test(one))).toEqual([]);
  });

  it("says of a state dir first what is left out, and last that all else is taken", () => {
    const taken = stateRows.findIndex((row) => !isLeftOutByDefault(row));
    expect(stateRows.slice(taken).filter(isLeftOutByDefault)).toEqual([]);
    expect(stateRows.at(-1)).toMatchObject({ id: "unknown", class: "private", patterns: ["**"] });
  });

  it("leaves nothing of a workspace out", () => {
    expect(exclusionRulesOf({ id: "workspace.main", kind: "workspace" })).toEqual([]);
    expect(workspaceRows.some(({ offByDefault }) => offByDefault)).toBe(false);
  });

  it("is what docs/what-is-taken.md says", () => {
    expect(readFileSync(takenPage, "utf8")).toBe(renderTakenPage());
  });

  const places: Record<string, readonly string[]> = {
    config: ["openclaw.json", "openclaw.json.bak.4", "openclaw.json.last-good", "clawdbot.json"],
    environment: [".env", "gateway.systemd.env", "service-env/ai.openclaw.gateway.env"],
    "state-key": ["config-journal-fingerprint.key", "exec-approvals.json", "mac-control.token"],
    "secret-file": ["secrets.json", "secrets/a/b", "gateway.token", "my-service-account-2.json"],
    credentials: ["credentials/whatsapp/default/creds.json", "credentials", "mcp-oauth/x"],
    identity: ["identity/device.json", "devices/paired.json", "node-host/x"],
    channels: ["matrix/a/crypto/x", "telegram/x"],
    tls: ["gateway/tls/key.pem", "secret-egress-proxy/ca.pem"],
    "state-database": ["state/openclaw.sqlite"],
    quarantine: ["state/openclaw-quarantine.sqlite"],
    "agent-database": ["agents/main/agent/openclaw-agent.sqlite"],
    "agent-login": ["agents/main/agent/auth-profiles.json", "agents/main/agent/models.json"],
    "agent-program": [
      "agents/main/agent/codex-home/logs_2.sqlite",
      "agents/a/copilot/x",
      "acpx/codex-home/y",
    ],
    sessions: ["agents/main/sessions/cold/0123.jsonl.zst", "agents/main/sessions/sessions.json"],
    "agent-files": ["agents/main/agent/workshop-skills/x", "agents/main"],
    cache: ["agents/main/qmd/index.sqlite", "media/remote-cache/x"],
    tmp: ["agents/main/agent/codex-home/tmp/x"],
    memory: ["memory/main.sqlite", "wiki/a.md", "logbook/logbook.sqlite"],
    media: ["media/inbound/a.jpg", "canvas/documents/x", "attachments/y"],
    browser: ["browser/openclaw/user-data/Default/Cookies"],
    skills: ["skills/a/SKILL.md", "skill-library/x/revisions/1"],
    hooks: ["hooks/x", "policies/x"],
    settings: ["settings/tts.json", "plugins/catalog.json", "portals.json"],
    extensions: ["extensions/mine/index.js"],
    packages: ["extensions/mine/node_modules/x"],
    projects: ["worktrees/a/.git", "sandbox/containers.json"],
    fleet: ["fleet/cells/a/openclaw.json", "fleet/auth-profile-secrets/x"],
    jobs: ["cron/runs/j.jsonl"],
    "workspace-in-state": ["workspace-old/MEMORY.md", "workspace/x"],
    unknown: ["whatever/x", "", ".hidden", "caf\u00e9-\u00ff"],
  };
  const classifier = new Classifier(state);
  it.each(Object.entries(places))("has of a state dir in the row %s: %j", (row, paths) => {
    expect(paths.map((path) => classifier.rowOf(path).id)).toEqual(paths.map(() => row));
  });

  const elsewhere: readonly (readonly [AnyRoot, string, string])[] = [
    [{ id: "config", kind: "config" }, "", "config"],
    [{ id: "credentials", kind: "credentials" }, "whatsapp/a/creds.json", "credentials"],
    [{ id: "credentials", kind: "credentials" }, "whatsapp/a/creds.json.lock", "lock"],
    [{ id: "agent.a", kind: "agent" }, "openclaw-agent.sqlite", "agent-database"],
    [{ id: "agent.a", kind: "agent" }, "auth.json", "agent-login"],
    [{ id: "session-store.shared", kind: "agent" }, "", "agent-database"],
    [{ id: "config-dir.env", kind: "config-dir" }, "", "environment"],
    [{ id: "config-dir.skills", kind: "config-dir" }, "a/SKILL.md", "skills"],
    [{ id: "config-dir.gateway-tls", kind: "config-dir" }, "key.pem", "tls"],
    [{ id: "config-dir.plugin-catalog", kind: "config-dir" }, "", "settings"],
    [{ id: "config-dir.hooks-transforms", kind: "config-dir" }, "x.mjs", "unknown"],
    [{ id: "user-config", kind: "user-config" }, "auth-profile-secret-key", "environment"],
    [{ id: "secret-file-1", kind: "secret" }, "", "secret-file"],
    [{ id: "plugin-path-1", kind: "plugin" }, "node_modules/x", "packages"],
    [{ id: "plugin-path-1", kind: "plugin" }, "index.js", "extensions"],
    [{ id: "workspace.main", kind: "workspace" }, "app/.ENV", "env-file"],
    [{ id: "workspace.main", kind: "workspace" }, "app/.git/objects/aa", "version-control"],
    [{ id: "workspace.main", kind: "workspace" }, "app/node_modules/x/y.js", "made-again"],
    [{ id: "workspace.main", kind: "workspace" }, "logs/gateway.log", "workspace-file"],
  ];
  it.each(elsewhere)("has what lies in %j at %j in the row %s", (root, path, row) => {
    expect(new Classifier(root).rowOf(path).id).toBe(row);
  });
});

describe("what of a workspace is sealed by its name", () => {
  const matchers = workspaceSealRules.map(({ id, pattern }) => ({
    id,
    matches: picomatch(pattern, { dot: true, nocase: true }),
  }));
  const sealedBy = (path: string) => {
    const folders = path.split("/").map((_, n, all) => all.slice(0, n + 1).join("/"));
    return matchers.find(({ matches }) => folders.some((folder) => matches(folder)))?.id;
  };

  const sealed: Record<string, readonly string[]> = {
    "version-control": [".git/config", "repos/x/.git", "repos/x/.git/objects/ab/cd", "mirror.git/HEAD"],
    "env-file": [".env", ".ENV", "app/.env.local", ".envrc", "prod.env"],
    "key-file": [
      "a.pem",
      "x/id_rsa",
      "id_ed25519.pub",
      "tls.KEY",
      "p.p12",
      "p.pfx",
      "k.jks",
      "pw.kdbx",
      "my-wallet/x",
    ],
    "credential-folder": [".ssh/config", ".aws/config", "x/.gnupg/pubring"],
    "credential-file": [
      ".netrc",
      ".npmrc",
      ".pypirc",
      "gcp-service-account.json",
      "credentials.json",
      "auth.json",
      "auth-profiles.json",
      "secrets/a.txt",
      "tokens/x",
      "github_token.txt",
      "passwords.md",
      "openclaw.json.bak",
      "infra/terraform.tfstate.backup",
    ],
    "history-file": [".bash_history", "trace.har"],
    database: ["a.sqlite", "a.sqlite3", "a.sqlite-wal", "b.db", "b.db-wal"],
    container: [
      "a.zip",
      "b.tar.gz",
      "c.tgz",
      "d.PDF",
      "e.docx",
      "f.jar",
      "g.7z",
      "h.zst",
      "i.odt",
      "j.ocbak",
    ],
  };
  it.each(Object.entries(sealed))("by the rule %s", (rule, paths) => {
    expect(Object.fromEntries(paths.map((path) => [path, sealedBy(path)]))).toEqual(
      Object.fromEntries(paths.map((path) => [path, rule])),
    );
  });

  it("not the files that make an agent's mind", () => {
    const readable = [
      "AGENTS.md",
      "SOUL.md",
      "IDENTITY.md",
      "USER.md",
      "MEMORY.md",
      "BOOT.md",
      "TOOLS.md",
      "HEARTBEAT.md",
      "memory/2026-01-01.md",
      "memory/events/x.jsonl",
      "skills/weather/SKILL.md",
      "skills/weather/run.sh",
      "users/alice.md",
      ".gitignore",
      "notes.txt",
      "core/main.ts",
      "photo.jpg",
    ];
    expect(readable.filter((path) => sealedBy(path) !== undefined)).toEqual([]);
  });
});
