import path from "node:path";
import { type Environment, type Surroundings, expand, openclawHome, variable } from "./environment.ts";
import { type ChosenBy, existingConfigIn } from "./places.ts";
import { parseProfile, profileOfStateDir, profileStateDir } from "./profile.ts";

/** Which installation is meant, as the command line says it. */
export interface LocateRequest {
  readonly profile?: string;
  readonly stateDir?: string;
  /** Without reading the config: a way out where it is broken. What only the config names is not found. */
  readonly stateOnly?: boolean;
}

export interface Selection {
  /** As OpenClaw would see it after its own flags: OPENCLAW_STATE_DIR and the like stand for the request. */
  readonly env: Environment;
  readonly chosenBy: ChosenBy;
  readonly warnings: readonly string[];
}

/** Turns flags into the variables they stand for. Throws `bad-profile-name`. */
export function selectEnvironment(request: LocateRequest, surroundings: Surroundings): Selection {
  const profiled =
    request.profile === undefined ? asIs(surroundings) : withProfile(request.profile, surroundings);
  if (request.stateDir === undefined) return profiled;
  const chosen = withStateDir(request.stateDir, { ...surroundings, env: profiled.env });
  return { ...chosen, chosenBy: { ...profiled.chosenBy, ...chosen.chosenBy } };
}

function asIs({ env }: Surroundings): Selection {
  return { env, chosenBy: {}, warnings: [] };
}

/**
 * `--profile` as OpenClaw 2026.9.6 applies it (cli/profile): it sets state dir and config path, unless they are set to
 * something that is not the inherited profile's own.
 */
function withProfile(name: string, surroundings: Surroundings): Selection {
  const { env, cwd } = surroundings;
  const home = openclawHome(surroundings);
  const inherited = profileStateDir(home, inheritedProfile(env));
  const profile = parseProfile(name, "--profile");
  const own = profileStateDir(home, profile);
  const stateDir = variable(env, "OPENCLAW_STATE_DIR");
  const configPath = variable(env, "OPENCLAW_CONFIG_PATH");
  const keepsState = stateDir !== undefined && expand(stateDir, home, cwd) !== inherited;
  const keepsConfig =
    configPath !== undefined &&
    (keepsState || expand(configPath, home, cwd) !== path.join(inherited, "openclaw.json"));
  const chosen = keepsState ? stateDir : own;
  const warnings = [];
  if (keepsState && expand(stateDir, home, cwd) !== own) {
    warnings.push(
      `OPENCLAW_STATE_DIR=${stateDir} stays in force beside --profile ${name}, as in OpenClaw itself`,
    );
  }
  if (keepsConfig && expand(configPath, home, cwd) !== path.join(own, "openclaw.json")) {
    warnings.push(
      `OPENCLAW_CONFIG_PATH=${configPath} stays in force beside --profile ${name}, as in OpenClaw itself`,
    );
  }
  return {
    env: {
      ...env,
      OPENCLAW_PROFILE: profile ?? "default",
      OPENCLAW_STATE_DIR: chosen,
      OPENCLAW_CONFIG_PATH: keepsConfig ? configPath : path.join(expand(chosen, home, cwd), "openclaw.json"),
      OPENCLAW_GATEWAY_PORT:
        variable(env, "OPENCLAW_GATEWAY_PORT") ?? (profile === "dev" ? "19001" : undefined),
    },
    chosenBy: {
      ...(!keepsState && { state: `--profile ${name}` }),
      ...(!keepsConfig && { config: `--profile ${name}` }),
    },
    warnings,
  };
}

function inheritedProfile(env: Environment): string | null {
  const inherited = variable(env, "OPENCLAW_PROFILE");
  return inherited === undefined ? null : parseProfile(inherited, "OPENCLAW_PROFILE");
}

/**
 * `--state-dir` names an installation. Variables that belong to the one the environment is set up for must not lend it
 * their config or credentials, so they hold only if the flag names that same one, or a state dir without a config.
 */
function withStateDir(text: string, surroundings: Surroundings): Selection {
  const { env, cwd } = surroundings;
  const home = openclawHome(surroundings);
  const stateDir = expand(text, home, cwd);
  const inherited = expand(variable(env, "OPENCLAW_STATE_DIR") ?? path.join(home, ".openclaw"), home, cwd);
  const foreign = stateDir !== inherited && existingConfigIn(stateDir) !== undefined;
  const setAside = foreign
    ? ["OPENCLAW_CONFIG_PATH", "OPENCLAW_OAUTH_DIR", "OPENCLAW_WORKSPACE_DIR", "OPENCLAW_PROFILE"].filter(
        (name) => variable(env, name) !== undefined,
      )
    : [];
  const rest: Environment = { ...env, ...Object.fromEntries(setAside.map((name) => [name, undefined])) };
  // The services of a profile have its name in their environment: it makes the port.
  const profile = variable(rest, "OPENCLAW_PROFILE") ?? profileOfStateDir(home, stateDir) ?? undefined;
  return {
    env: { ...rest, OPENCLAW_PROFILE: profile, OPENCLAW_STATE_DIR: stateDir },
    chosenBy: { state: "--state-dir" },
    warnings: setAside.map(
      (name) => `${name} belongs to another installation than --state-dir and is not used`,
    ),
  };
}
