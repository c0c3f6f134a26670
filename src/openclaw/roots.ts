import fs from "node:fs";
import path from "node:path";
import type { AgentWorkspace, SessionStore } from "./agents.ts";
import { configCopies } from "./config-copies.ts";
import { configDirParts } from "./config-dir.ts";
import { type Surroundings, osHome } from "./environment.ts";
import { type RegisteredDatabase } from "./agent-registry.ts";
import { type Agent, type Outside, type Root, type Workspace, rootIdOf } from "./installation.ts";
import { linkedSkills } from "./linked-skills.ts";
import { isWithin, realPath } from "./outside.ts";
import type { Places } from "./places.ts";
import { isLeftOut } from "./classes/exclusions.ts";
import { stateLinks } from "./state-links.ts";

/** All that may become a root. */
export interface Findings {
  readonly places: Places;
  readonly configFile: string | null;
  readonly includes: readonly string[];
  readonly agents: readonly Agent[];
  readonly sessionStores: readonly SessionStore[];
  readonly registered: readonly RegisteredDatabase[];
  /** What the config names beside OpenClaw's own folders. */
  readonly named: readonly Root[];
  readonly workspaces: readonly AgentWorkspace[];
}

export interface Gathered {
  readonly roots: Root[];
  readonly workspaces: Workspace[];
  /** What is named and would bring the whole installation with it. */
  readonly tooWide: readonly Outside[];
  /** What links in the state dir lead to and nobody wants in a backup. */
  readonly linked: readonly Outside[];
}

interface Found extends Root {
  readonly real: string;
}

/** Keeps what exists, each place once, and drops what another root takes anyway. See {@link Root}. */
export function gatherRoots(
  findings: Findings,
  surroundings: Surroundings,
  warn: (line: string) => void,
): Gathered {
  const own = distinct(ownCandidates(findings, surroundings).flatMap(found));
  const workspaces = gatherWorkspaces(findings.workspaces, own, warn);
  const named = narrow([...findings.named, ...skillsBeside(findings.places, surroundings)], own, findings);
  const links = stateLinks(findings.places);
  const all = distinct([...own, ...workspaces.roots, ...named.fit, ...links.roots.flatMap(found)]);
  const kept = new Set<Found>();
  for (const root of all.toSorted((a, b) => a.real.length - b.real.length)) {
    const outer = containerOf(root, kept);
    if (root.kind === "workspace" || outer === undefined || !takes(outer, root)) kept.add(root);
  }
  return {
    roots: all.filter((root) => kept.has(root)).map(({ id, path, kind, why }) => ({ id, path, kind, why })),
    workspaces: workspaces.workspaces,
    tooWide: named.tooWide,
    linked: links.outside,
  };
}

/** Without what holds the home or another root: a backup of it would have everything twice, or the whole disk. */
function narrow(candidates: readonly Root[], own: readonly Found[], { places }: Findings) {
  const home = realPath(places.home) ?? places.home;
  const all = candidates.flatMap(found);
  const holdsRoot = ({ real }: Found) => own.some((one) => one.real !== real && isWithin(one.real, real));
  const wide = new Set(all.filter((one) => isWithin(home, one.real) || holdsRoot(one)));
  return {
    fit: all.filter((one) => !wide.has(one)),
    tooWide: [...wide].map(({ path, why }) => ({
      path,
      why: `${why}: it holds the home or a part of the installation`,
    })),
  };
}

/** Skills that the state dir only links to, and those that a user's agents share. */
function skillsBeside({ configDir, home, stateDir }: Places, surroundings: Surroundings): Root[] {
  const shared = path.join(osHome(surroundings), ".agents", "skills");
  return [
    ...linkedSkills(path.join(configDir, "skills")),
    ...(stateDir === path.join(home, ".openclaw")
      ? [root("skills-shared", shared, "skills", "skills that the user's agents share")]
      : []),
  ];
}

function ownCandidates(findings: Findings, surroundings: Surroundings): Root[] {
  const { places, configFile, includes, agents, sessionStores, registered } = findings;
  return [
    { id: "state", path: places.stateDir, kind: "state", why: places.stateWhy },
    ...(configFile === null ? [] : [root("config", configFile, "config", places.configWhy)]),
    ...includes.map((file, n) =>
      root(`config.include-${n + 1}`, file, "config", "an $include of the config"),
    ),
    ...(configFile === null ? [] : configCopies(configFile)),
    ...configDirParts(places, configFile),
    root("credentials", places.credentialsDir, "credentials", places.credentialsWhy),
    ...agents.map(({ id, agentDir }) =>
      root(rootIdOf("agent", id), agentDir, "agent", `the agentDir of agent ${id}`),
    ),
    ...sessionStores.flatMap(sessionStoreFiles),
    ...registered.map(({ agent, path: at }, n) =>
      root(`agent-database-${n + 1}`, at, "agent", `a database of agent ${agent}, by OpenClaw's registry`),
    ),
    ...userConfig(places, surroundings),
  ];
}

function root(id: string, at: string, kind: Root["kind"], why: string): Root {
  return { id, path: at, kind, why };
}

function sessionStoreFiles({ id, file, dir, stem }: SessionStore): Root[] {
  let names: string[] = [];
  try {
    names = fs.readdirSync(dir).filter((name) => name.startsWith(stem) && name.endsWith(".sqlite"));
  } catch {
    // No such directory: no sessions were kept there yet.
  }
  const files = [...new Set([file, ...names.sort().map((name) => path.join(dir, name))])].filter(isFile);
  const prefix = rootIdOf("session-store", id);
  return files.map((at, n) =>
    root(n === 0 ? prefix : `${prefix}.${n}`, at, "agent", "the config's session.store"),
  );
}

/** Outside all of OpenClaw's folders: the gateway's variables, and the key of the old encrypted auth profiles. */
function userConfig({ home }: Places, surroundings: Surroundings): Root[] {
  const user = osHome(surroundings);
  const xdg = surroundings.env["XDG_CONFIG_HOME"]?.trim() || path.join(user, ".config");
  return [
    root(
      "user-config",
      path.join(home, ".config", "openclaw"),
      "user-config",
      "OpenClaw's folder in ~/.config",
    ),
    root(
      "user-config.xdg",
      path.join(xdg, "openclaw"),
      "user-config",
      "OpenClaw's folder in XDG_CONFIG_HOME",
    ),
    ...[".openclaw-auth-profile-secrets", "Library/Application Support/OpenClaw"].map((dir, n) =>
      root(
        `user-config.key-${n + 1}`,
        path.join(user, dir, "auth-profile-secret-key"),
        "user-config",
        "the key of the old encrypted auth profiles",
      ),
    ),
  ];
}

function gatherWorkspaces(
  wanted: readonly AgentWorkspace[],
  own: readonly Found[],
  warn: (line: string) => void,
) {
  const roots: Found[] = [];
  const workspaces = new Map<string, { rootId: string; agents: string[]; path: string; exists: boolean }>();
  for (const { agent, path: at } of wanted) {
    const here = isDirectory(at)
      ? found(root(rootIdOf("workspace", agent), at, "workspace", `of agent ${agent}`))
      : [];
    const real = here[0]?.real ?? at;
    const known = workspaces.get(real);
    if (known !== undefined) {
      known.agents.push(agent);
      continue;
    }
    const same = own.find((other) => other.real === real);
    if (same !== undefined)
      warn(`the workspace of agent ${agent} is ${at} itself, and goes sealed as ${same.id}`);
    else if (here.length === 0)
      warn(`the workspace of agent ${agent}, ${at}, does not exist or cannot be reached`);
    else roots.push(...here);
    workspaces.set(real, {
      rootId: same?.id ?? rootIdOf("workspace", agent),
      agents: [agent],
      path: at,
      exists: here.length > 0,
    });
  }
  const why = ({ id }: Root) =>
    [...workspaces.values()].find(({ rootId }) => rootId === id)!.agents.join(", ");
  return {
    roots: roots.map((each) => ({ ...each, why: `the workspace of ${why(each)}` })),
    workspaces: [...workspaces.values()],
  };
}

/** The innermost of the kept roots around one. */
function containerOf(inner: Found, kept: Iterable<Found>): Found | undefined {
  let best: Found | undefined;
  for (const outer of kept) {
    const around = inner.real !== outer.real && isWithin(inner.real, outer.real);
    if (around && (best === undefined || outer.real.length > best.real.length)) best = outer;
  }
  return best;
}

/** What a workspace may hold as its own. */
const workspaceKinds: ReadonlySet<Root["kind"]> = new Set([
  "memory",
  "skills",
  "hooks",
  "plugin",
  "state-link",
]);

/** Whether walking the outer root captures the inner one as it should be: sealed, and not by a rule left out. */
function takes(outer: Found, inner: Found): boolean {
  if (workspaceKinds.has(inner.kind)) return true;
  return outer.kind !== "workspace" && !isLeftOut(outer, path.relative(outer.real, inner.real));
}

function distinct(roots: readonly Found[]): Found[] {
  const byPlace = new Map<string, Found>();
  for (const each of roots) if (!byPlace.has(each.real)) byPlace.set(each.real, each);
  return [...byPlace.values()];
}

function found(candidate: Root): Found[] {
  try {
    return [{ ...candidate, real: fs.realpathSync.native(candidate.path) }];
  } catch {
    return [];
  }
}

export function isDirectory(at: string): boolean {
  return statOf(at)?.isDirectory() === true;
}

export function isFile(at: string): boolean {
  return statOf(at)?.isFile() === true;
}

function statOf(at: string): fs.Stats | undefined {
  try {
    return fs.statSync(at, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
