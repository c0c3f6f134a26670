/**
 * What a backup may leave out of a state dir, and why, by a path relative to it. Written from the anatomy of OpenClaw and not
 * from ocbak's own table, which is measured by it: what no line here names must be in the archive, and what one names must not.
 */
const table: readonly (readonly [path: RegExp, reason: string])[] = [
  [/^tmp$/, "scratch space, locks and sockets of running processes"],
  [/^(?:agents\/[^/]+\/agent|acpx)\/(?:codex-home\/)?\.?tmp$/, "scratch space of an agent's program"],
  [/^(?:locks|[^/]+\.lock)$/, "locks of running processes"],
  [/^agents\/[^/]+\/(?:(?:agent|sessions)\/)?[^/]+\.lock$/, "locks of an agent"],
  [/\.lock\.sqlite(?:-[a-z]+)?$/, "an empty database that is a lock"],
  [
    /\.sqlite\.(?:generation-(?:lock|writer)|reindex-lock)\.sqlite(?:-[a-z]+)?$/,
    "an empty database that is a lock",
  ],
  [/\.sqlite\.(?:backup|memory-reindex|tmp)-[0-9a-f-]{36}(?:-[a-z]+)?$/, "a half-made copy of a database"],
  [/^(?:session-)?delivery-queue(?:-media)?$/, "messages under way: a restore would send them again"],
  [/^[^/]+\.(?:pid|sock)$|^restart-sentinel[^/]*$/, "of a running process"],
  [/^browser\/[^/]+\/user-data\/Singleton(?:Cookie|Lock|Socket)$/, "locks of a running browser"],
  [/^browser\/.*\/(?:Code Cache|GPUCache|Cache)$/, "a browser's cache"],
  [/^(?:cache|completions|media\/(?:playback-transcode|remote-cache)|sandbox\/skills-workspaces)$/, "caches"],
  [/^agents\/[^/]+\/qmd$/, "a search index, made again from the memory files"],
  [/^plugin-skills$/, "links into the program, made again at each start"],
  [
    /^(?:npm|npm-runtime|git|dev|tools|node-runtime|bin|update-recovery|lib\/node_modules)$/,
    "downloaded programs",
  ],
  [/^extensions\/(?:.*\/)?node_modules$/, "downloaded packages of a plugin"],
  [/^models\/.*\.gguf$|^geolocation\/[^/]+\.mmdb$/, "downloaded data"],
  [/^(?:logs|update-reports|backups)$/, "logs and old copies, which grow without bound: off by default"],
];

/** Undefined for what must be in a backup. */
export function leavingReason(path: string | undefined): string | undefined {
  return path === undefined ? undefined : table.find(([pattern]) => pattern.test(path))?.[1];
}
