/**
 * - `never`: locks, half-made copies and what OpenClaw promises never to export
 * - `volatile`: true for the running process only; restoring it would do harm
 * - `regenerable`: made again from what is backed up, or downloaded again
 * - `logs`: off by default because it grows without bound
 */
export type LeftOutClass = "never" | "volatile" | "regenerable" | "logs";

interface LeftOut {
  readonly id: string;
  readonly class: LeftOutClass;
  /**
   * Globs relative to the state dir; a directory is meant with all below it. A name alone counts only where no user's files are, so `*.lock` is spelled out by
   * place: a `uv.lock` in a skill is the user's.
   */
  readonly patterns: readonly string[];
  readonly why: string;
}

/** OpenClaw names its own half-made copies so. Without it, somebody's `x.sqlite.backup-before-update` would be lost. */
const uuid = "????????-????-????-????-????????????";

/** After what OpenClaw 2026.9.6 was seen to make, and the rules of its own backup. */
export const leftOut: readonly LeftOut[] = [
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
    class: "logs",
    patterns: ["logs", "update-reports"],
    why: "logs",
  },
  {
    id: "old-backups",
    class: "logs",
    patterns: ["backups"],
    why: "copies of what is backed up here",
  },
];
