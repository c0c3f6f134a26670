import type { ClassRow } from "./row.ts";

/** OpenClaw names its own half-made copies so. Without it, somebody's `x.sqlite.backup-before-update` would be lost. */
const uuid = "????????-????-????-????-????????????";

/** What `ocbak restore` appends to the name of a tree that it puts aside. */
const putAside =
  "@(before|undone)-ocbak-[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z*";

/**
 * What of a state dir is left out, after what OpenClaw 2026.9.6 was seen to make, and the rules of its own backup. A
 * name alone counts only where no user's files are, so `*.lock` is spelled out by place: a `uv.lock` in a skill is the
 * user's.
 */
export const stateLeftOut: readonly ClassRow[] = [
  {
    id: "tmp",
    class: "never",
    patterns: [
      "tmp",
      "agents/*/agent/@(tmp|.tmp)",
      "agents/*/agent/codex-home/@(tmp|.tmp)",
      "acpx/codex-home/@(tmp|.tmp)",
    ],
    why: "scratch space, locks of running processes",
  },
  {
    id: "lock",
    class: "never",
    patterns: [
      "*.lock",
      "locks",
      "agents/*/*.lock",
      "agents/*/agent/*.lock",
      "agents/*/sessions/*.lock",
      "credentials/**/*.lock",
      "cron/**/*.lock",
      "devices/*.lock",
      "identity/*.lock",
      "settings/*.lock",
      "state/**/*.lock",
      "tasks/*.lock",
    ],
    why: "belongs to a running process",
  },
  {
    id: "lock-database",
    class: "never",
    patterns: [
      "**/*.lock.sqlite",
      "**/*.lock.sqlite-*",
      "**/*.sqlite.generation-*.sqlite",
      "**/*.sqlite.generation-*.sqlite-*",
      "**/*.sqlite.reindex-lock.sqlite",
      "**/*.sqlite.reindex-lock.sqlite-*",
    ],
    why: "an empty database that only serves as a lock",
  },
  {
    id: "transient-database",
    class: "never",
    patterns: [`**/*.sqlite.@(backup|memory-reindex|tmp)-${uuid}*`],
    why: "a half-made copy of a database",
  },
  {
    id: "update-capture",
    class: "never",
    patterns: ["*.update-captures"],
    why: "OpenClaw promises never to export it",
  },
  {
    id: "browser-lock",
    class: "never",
    patterns: ["browser/*/user-data/Singleton@(Cookie|Lock|Socket)"],
    why: "belongs to a running browser",
  },
  {
    id: "delivery-queue",
    class: "volatile",
    patterns: ["delivery-queue*", "session-delivery-queue"],
    why: "restoring it would send messages again",
  },
  {
    id: "process",
    class: "volatile",
    patterns: ["*.pid", "*.sock", "restart-sentinel*"],
    why: "belongs to a running process",
  },
  {
    id: "cache",
    class: "regenerable",
    patterns: [
      "cache",
      "media/playback-transcode",
      "media/remote-cache",
      "sandbox/skills-workspaces",
      "agents/*/qmd",
      "geolocation/*.mmdb",
      "completions",
    ],
    why: "a cache",
  },
  {
    id: "browser-cache",
    class: "regenerable",
    patterns: [
      "browser/*/user-data/**/@(Cache|Code Cache|GPUCache|GrShaderCache|ShaderCache|DawnCache|DawnGraphiteCache|DawnWebGPUCache)",
    ],
    why: "a cache of the browser",
  },
  {
    id: "packages",
    class: "regenerable",
    patterns: ["npm", "npm-runtime", "git", "dev", "extensions/**/node_modules", "lib/node_modules"],
    why: "downloaded packages; `openclaw plugins update` brings them back",
  },
  {
    id: "plugin-skills",
    class: "regenerable",
    patterns: ["plugin-skills"],
    why: "links into the program; `openclaw skills list` makes them again",
  },
  {
    id: "program",
    class: "regenerable",
    patterns: ["tools", "node-runtime", "bin", "update-recovery"],
    why: "the program itself and its tools",
  },
  {
    id: "models",
    class: "regenerable",
    patterns: ["models/**/*.gguf"],
    why: "downloaded model weights",
  },
  {
    id: "logs",
    class: "private",
    offByDefault: true,
    patterns: ["logs", "update-reports"],
    why: "logs, which grow without bound",
  },
  {
    id: "old-backups",
    class: "private",
    offByDefault: true,
    patterns: ["backups"],
    why: "copies of what is backed up here",
  },
  {
    id: "put-aside",
    class: "private",
    offByDefault: true,
    patterns: [`**/*.${putAside}`],
    why: "what was there before a restore, put aside by `ocbak restore`",
  },
];
