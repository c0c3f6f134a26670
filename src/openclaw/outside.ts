import fs from "node:fs";
import path from "node:path";
import { type Surroundings, osHome } from "./environment.ts";
import type { Installation, Outside } from "./installation.ts";
import type { Places } from "./places.ts";

const service = "it names paths of this machine; `openclaw gateway install` makes it again";

/** What OpenClaw keeps on this machine apart from its folders, whether it exists or not. */
export function machineParts({ profile, stateDir }: Places, surroundings: Surroundings): Outside[] {
  const user = osHome(surroundings);
  const units = profile === null ? ["openclaw-gateway"] : [`openclaw-gateway-${profile}`];
  const agents = [profile === null ? "ai.openclaw.gateway" : `ai.openclaw.${profile}`];
  if (profile === null) {
    units.push("openclaw-node", "clawdbot-gateway");
    agents.push("ai.openclaw.node");
  }
  const at = (...names: string[]) => path.join(user, ...names);
  return [
    ...units.map((name) => outside(at(".config/systemd/user", `${name}.service`), `a service: ${service}`)),
    ...agents.map((name) => outside(at("Library/LaunchAgents", `${name}.plist`), `a service: ${service}`)),
    outside("/tmp/openclaw", "logs, which grow without bound"),
    outside(at("Library/Logs/openclaw"), "logs, which grow without bound"),
    outside(at(".cache/openclaw"), "a cache"),
    outside(at("Library/Application Support/OpenClaw"), "data of the mac app, which no other machine reads"),
    outside(`${stateDir}.update-captures`, "OpenClaw promises never to export it"),
    ...(profile === null ? ["openclaw", "clawd"] : []).map((name) =>
      outside(at(name), "the default workspace of old versions; no known agent uses it"),
    ),
  ];
}

function outside(at: string, why: string): Outside {
  return { path: at, why };
}

/** Those that exist and lie in no root, each place once, the first word on it. */
export function uncovered(candidates: readonly Outside[], { roots }: Pick<Installation, "roots">): Outside[] {
  const covered = roots.flatMap((root) => realPath(root.path) ?? []);
  const seen = new Map<string, Outside>();
  for (const candidate of candidates) {
    const real = realPath(candidate.path);
    if (real === undefined || seen.has(real)) continue;
    if (!covered.some((root) => isWithin(real, root))) seen.set(real, candidate);
  }
  return [...seen.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether a real path is another one or lies below it. */
export function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep);
}

/** `undefined` for what does not exist or cannot be reached. */
export function realPath(at: string): string | undefined {
  try {
    return fs.realpathSync.native(at);
  } catch {
    return undefined;
  }
}
