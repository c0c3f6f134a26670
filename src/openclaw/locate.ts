import path from "node:path";
import { registeredDatabases } from "./agent-registry.ts";
import { type AgentSurroundings, agentsOf, sessionStoresOf, workspacesOf } from "./agents.ts";
import { authProfilesOf } from "./auth-profiles.ts";
import { channelsOf } from "./channels.ts";
import { type ConfigFiles, readConfigFile } from "./config-file.ts";
import { type OpenClawConfig, parseConfig } from "./config.ts";
import { type Environment, type Surroundings, expand, variable } from "./environment.ts";
import { gatewayPort } from "./gateway-port.ts";
import type { Installation, Outside } from "./installation.ts";
import { requireInstallation } from "./missing.ts";
import { namedByConfig } from "./named-roots.ts";
import { machineParts, uncovered } from "./outside.ts";
import { type Places, resolvePlaces } from "./places.ts";
import { neededVariables, variableWarnings } from "./needed-variables.ts";
import { type Findings, type Gathered, gatherRoots, isDirectory, isFile } from "./roots.ts";
import { type LocateRequest, selectEnvironment } from "./selection.ts";
import { pathReader } from "./settings.ts";
import { workspaceLinks } from "./workspace-links.ts";

/**
 * Finds the installation that OpenClaw itself would use with these flags and this environment, and all that belongs to
 * it. Reads files, changes none. Throws OpenClawError `no-installation`, `unknown-profile`, `bad-profile-name`,
 * `bad-config`; what is only doubtful is among the warnings.
 */
export function locateInstallation(request: LocateRequest, given: Surroundings): Installation {
  const selection = selectEnvironment(request, given);
  const surroundings = { ...given, env: selection.env };
  const warnings = new Set(selection.warnings);
  const warn = (line: string) => void warnings.add(line);
  const places = resolvePlaces(surroundings, selection.chosenBy);
  requireInstallation(request, places);
  const configFile = isFile(places.configPath) ? places.configPath : null;
  const isRead = configFile !== null && request.stateOnly !== true;
  if (!isRead) warn(unreadWarning(places, configFile));
  const files = isRead ? readFiles(configFile, surroundings, places, warn) : { value: {}, includes: [] };
  const config = parseConfig(files.value, warn);
  const pathOf = pathReader({ ...surroundings, places, config, warn });
  const found = findParts(config, { ...surroundings, places, pathOf });
  // Which folders of a workspace are agents' own, and go sealed, only the config knows: then all of it goes sealed.
  if (request.stateOnly === true) found.workspaces = [];
  const named = namedByConfig(files.value, { places, workspaces: found.workspaces, pathOf, warn });
  const registered = registeredDatabases(places.stateDir, warn);
  const findings: Findings = {
    places,
    configFile,
    includes: files.includes,
    ...found,
    registered,
    named: named.roots,
  };
  const gathered = gatherRoots(findings, surroundings, warn);
  for (const { path: at, why } of gathered.tooWide) warn(`${at} is not taken: ${why}`);
  warnOfOddities(config, places, gathered, warn);
  warnOfLooseKey(places, selection.env, warn);
  const told = [...workspaceLinks(found.workspaces), ...named.outside];
  const outside = outsideOf(gathered, told, places, surroundings);
  const variables = neededVariables(files.value, isRead ? authProfilesOf(found.agents, warn) : [], {
    ...surroundings,
    places,
    configFile,
    roots: gathered.roots,
  });
  for (const line of variableWarnings(variables)) warn(line);
  const channels = channelsOf(files.value, places.credentialsDir);
  const setUp = isRead ? { variables, channels } : { variables: null, channels: null };
  return assemble({ findings, gathered, outside, config, setUp, warnings, env: selection.env });
}

function outsideOf(
  gathered: Gathered,
  told: readonly Outside[],
  places: Places,
  surroundings: Surroundings,
): Outside[] {
  const found = [...gathered.tooWide, ...gathered.linked, ...told];
  const onMachine = [...machineParts(places, surroundings), variablesHere(surroundings.cwd)];
  return uncovered([...found, ...onMachine], gathered);
}

function unreadWarning({ configPath }: Places, configFile: string | null): string {
  return configFile === null
    ? `there is no config file ${configPath}: workspaces outside their default places are not known`
    : `the config file ${configFile} was not read: workspaces, agents' folders and other things outside the state dir are NOT in this backup`;
}

function readFiles(
  file: string,
  { env, cwd }: Surroundings,
  { home }: Places,
  warn: (line: string) => void,
): ConfigFiles {
  const roots = variable(env, "OPENCLAW_INCLUDE_ROOTS")?.split(path.delimiter) ?? [];
  const includeRoots = roots.filter((dir) => dir.trim() !== "").map((dir) => expand(dir, home, cwd));
  return readConfigFile(file, includeRoots, warn);
}

function findParts(config: OpenClawConfig, surroundings: AgentSurroundings) {
  const agents = agentsOf(config, surroundings);
  return {
    agents,
    sessionStores: sessionStoresOf(config, agents, surroundings),
    // A client of a gateway elsewhere has no workspace, and a warning that it is missing would only confuse.
    workspaces: isRemote(config) ? [] : workspacesOf(config, surroundings),
  };
}

function isRemote(config: OpenClawConfig): boolean {
  return config.gateway?.mode === "remote";
}

function warnOfOddities(
  config: OpenClawConfig,
  { home, stateDir, configPath }: Places,
  { roots }: Gathered,
  warn: (line: string) => void,
): void {
  if (isRemote(config)) {
    warn(
      `gateway.mode is "remote": the sessions, memory and workspaces live on the gateway host (${
        config.gateway?.remote?.url ?? "gateway.remote.url is not set"
      }) and are NOT in a backup of this machine: run ocbak there`,
    );
  }
  const inDefault =
    path.dirname(configPath) === path.join(home, ".openclaw") || path.dirname(configPath) === stateDir;
  if (!inDefault) warn(`the config file is ${configPath}, outside the state dir ${stateDir}`);
  for (const { kind, path: at } of roots) {
    if (
      kind === "workspace" &&
      (home === at || home.startsWith(at.endsWith(path.sep) ? at : at + path.sep))
    ) {
      warn(`the workspace ${at} holds the whole home directory ${home}`);
    }
  }
}

/** OpenClaw reads a `.env` where it is started, which may well be here. */
function variablesHere(cwd: string): Outside {
  return { path: path.join(cwd, ".env"), why: "variables, if OpenClaw is started in this folder" };
}

/** Old auth profiles are encrypted, and a key in a variable is in no file. */
function warnOfLooseKey({ credentialsDir }: Places, env: Environment, warn: (line: string) => void): void {
  const name = "OPENCLAW_AUTH_PROFILE_SECRET_KEY";
  if (variable(env, name) === undefined || !isDirectory(path.join(credentialsDir, "auth-profiles"))) return;
  warn(`${name} opens the old auth profiles and stands in the environment only: keep it elsewhere, too`);
}

interface Located {
  readonly findings: Findings;
  readonly gathered: Gathered;
  readonly outside: Installation["outside"];
  readonly config: OpenClawConfig;
  readonly setUp: Pick<Installation, "variables" | "channels">;
  readonly warnings: ReadonlySet<string>;
  readonly env: Surroundings["env"];
}

function assemble({ findings, gathered, outside, config, setUp, warnings, env }: Located): Installation {
  const { stateWhy, configWhy, credentialsWhy, configPath: _path, ...places } = findings.places;
  return {
    ...places,
    configFile: findings.configFile,
    why: { stateDir: stateWhy, configFile: configWhy, credentialsDir: credentialsWhy },
    agents: findings.agents,
    workspaces: gathered.workspaces,
    roots: gathered.roots,
    outside,
    remote: isRemote(config) ? { url: config.gateway?.remote?.url ?? null } : null,
    ...setUp,
    warnings: [...warnings],
    openclawVersion: config.meta?.lastTouchedVersion ?? null,
    gatewayPort: gatewayPort(config, env),
  };
}
