import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import type { Root } from "../../src/openclaw/installation.ts";
import { leftOut } from "../../src/openclaw/left-out.ts";
import { exclusionRulesOf, isLeftOut } from "../../src/openclaw/rules.ts";
import { workspaceSealRules } from "../../src/openclaw/seal-rules.ts";

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
    logs: ["logs", "logs/commands.log", "update-reports/x"],
    "old-backups": ["backups/x.tar.gz"],
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
    expect(roots.flatMap(exclusionRulesOf)).toEqual([]);
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

  it("rule ids are words an archive can carry, and no pattern hides a slash in braces", () => {
    for (const { id, patterns } of leftOut) {
      expect(id).toMatch(/^[a-z0-9-]+$/);
      expect(patterns.filter((pattern) => /[{(][^)}]*\//.test(pattern))).toEqual([]);
    }
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
