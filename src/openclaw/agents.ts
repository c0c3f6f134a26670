import path from "node:path";
import type { AgentEntry, OpenClawConfig } from "./config.ts";
import { type Environment, variable } from "./environment.ts";
import type { Agent } from "./installation.ts";
import type { Places } from "./places.ts";
import { parseProfile, profileStateDir } from "./profile.ts";

const implicitAgent = "main";

/** A workspace as an agent names it, before two of one place become one. */
export interface AgentWorkspace {
  readonly agent: string;
  readonly path: string;
}

/** What agents need to find their places. `pathOf` reads a path setting of the config. */
export interface AgentSurroundings {
  readonly env: Environment;
  readonly cwd: string;
  readonly places: Places;
  readonly pathOf: (setting: string | undefined) => string | undefined;
}

interface Member {
  readonly id: string;
  readonly entry: AgentEntry;
}

/** An agent's id as OpenClaw writes it into paths: lower case, everything outside `[a-z0-9_-]` one dash. */
function normalizeAgentId(id: string): string {
  const trimmed = id.trim().toLowerCase();
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(trimmed)) return trimmed;
  const cleaned = trimmed
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^-+/, "")
    .replace(/-+$/, "");
  return cleaned.slice(0, 64) || implicitAgent;
}

/** All agents in config order, the first of each id. Without any there is one, `main`. */
function roster(config: OpenClawConfig): Member[] {
  const { entries, list } = config.agents ?? {};
  const named =
    entries === undefined
      ? (list ?? []).map((entry) => ({ id: normalizeAgentId(entry.id ?? ""), entry }))
      : Object.entries(entries).map(([id, entry]) => ({ id: normalizeAgentId(id), entry }));
  const members = new Map<string, Member>();
  for (const member of named) if (!members.has(member.id)) members.set(member.id, member);
  return members.size === 0 ? [{ id: implicitAgent, entry: {} }] : [...members.values()];
}

export function agentsOf(config: OpenClawConfig, { places, pathOf }: AgentSurroundings): Agent[] {
  return roster(config).map(({ id, entry }) => ({
    id,
    agentDir: pathOf(entry.agentDir) ?? path.join(places.stateDir, "agents", id, "agent"),
  }));
}

/** One workspace for every agent, in config order (agents/agent-scope-config of 2026.9.6). */
export function workspacesOf(config: OpenClawConfig, surroundings: AgentSurroundings): AgentWorkspace[] {
  const { places, pathOf } = surroundings;
  const members = roster(config);
  const owner = ownerOf(config, members);
  const shared = pathOf(config.agents?.defaults?.workspace);
  return members.map(({ id, entry }) => {
    const own = pathOf(entry.workspace);
    if (own !== undefined) return { agent: id, path: own };
    if (id === owner) return { agent: id, path: shared ?? defaultWorkspace(surroundings) };
    return {
      agent: id,
      path: shared === undefined ? path.join(places.stateDir, `workspace-${id}`) : path.join(shared, id),
    };
  });
}

/** The agent that the default workspace belongs to: the only one, the one marked, or the first of an old list. */
function ownerOf(config: OpenClawConfig, members: readonly Member[]): string | undefined {
  if (members.length === 1) return members[0]!.id;
  if (config.agents?.ownership !== undefined) return undefined;
  const marked = members.filter(({ entry }) => entry.default === true);
  if (marked.length === 1) return marked[0]!.id;
  return config.agents?.entries === undefined && marked.length === 0 ? members[0]!.id : undefined;
}

function defaultWorkspace({ env, cwd, places }: AgentSurroundings): string {
  const override = variable(env, "OPENCLAW_WORKSPACE_DIR");
  // OpenClaw does not expand `~` in this one.
  if (override !== undefined) return path.resolve(cwd, override);
  if (variable(env, "OPENCLAW_STATE_DIR") !== undefined) return path.join(places.stateDir, "workspace");
  const profile = variable(env, "OPENCLAW_PROFILE");
  const named = profile === undefined ? null : parseProfile(profile, "OPENCLAW_PROFILE");
  return path.join(profileStateDir(places.home, named), "workspace");
}

/** A place of `session.store`: the file it names, and the databases OpenClaw keeps for it. */
export interface SessionStore {
  /** The agent it belongs to, or `shared`. */
  readonly id: string;
  /** The file as named. */
  readonly file: string;
  /** The databases are `<dir>/<stem>*.sqlite`. */
  readonly dir: string;
  readonly stem: string;
}

/** Where `session.store` puts sessions (config/sessions/session-sqlite-target of 2026.9.6). Empty without the setting. */
export function sessionStoresOf(
  config: OpenClawConfig,
  agents: readonly Agent[],
  { pathOf }: AgentSurroundings,
): SessionStore[] {
  const store = config.session?.store ?? "";
  const owners = store.includes("{agentId}") ? agents.map(({ id }) => id) : ["shared"];
  return owners.flatMap((id) => {
    const file = pathOf(store.replaceAll("{agentId}", id));
    return file === undefined ? [] : [{ id, file, ...databaseFamily(file) }];
  });
}

function databaseFamily(file: string): { dir: string; stem: string } {
  const dir = path.dirname(file);
  const name = path.basename(file);
  if (name !== "sessions.json") return { dir, stem: path.basename(name, path.extname(name)) };
  const agentDir = path.dirname(dir);
  const ofAgent = path.basename(dir) === "sessions" && path.basename(path.dirname(agentDir)) === "agents";
  return { dir: ofAgent ? path.join(agentDir, "agent") : dir, stem: "openclaw-agent" };
}
