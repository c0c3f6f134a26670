import fs from "node:fs";
import path from "node:path";
import { type Surroundings, expand, openclawHome, variable } from "./environment.ts";
import { profileOfStateDir, parseProfile } from "./profile.ts";

const configNames = ["openclaw.json", "clawdbot.json"];
const stateNames = [".openclaw", ".clawdbot"];

/** Where the parts of an installation are or would be. Nothing here need exist. */
export interface Places {
  readonly profile: string | null;
  readonly home: string;
  readonly stateDir: string;
  readonly stateWhy: string;
  readonly configPath: string;
  readonly configWhy: string;
  readonly configDir: string;
  readonly credentialsDir: string;
  readonly credentialsWhy: string;
}

/** Which flag chose a place whose variable stands for it. */
export interface ChosenBy {
  readonly state?: string;
  readonly config?: string;
}

/** OpenClaw's own rules (config/paths of 2026.9.6), after the flags were turned into variables. */
export function resolvePlaces(surroundings: Surroundings, chosenBy: ChosenBy = {}): Places {
  const { env, cwd } = surroundings;
  const home = openclawHome(surroundings);
  const at = (name: string) => {
    const text = variable(env, name);
    return text === undefined ? undefined : expand(text, home, cwd);
  };
  const stateOverride = at("OPENCLAW_STATE_DIR");
  const stateDir = stateOverride ?? defaultStateDir(home);
  const configOverride = at("OPENCLAW_CONFIG_PATH");
  // A state dir that was named never borrows a config: a real `openclaw config get` under OPENCLAW_STATE_DIR does not.
  const lookedIn = stateOverride === undefined ? stateNames.map((name) => path.join(home, name)) : [stateDir];
  const oauthOverride = at("OPENCLAW_OAUTH_DIR");
  return {
    profile: profileOf(surroundings, home, stateDir),
    home,
    stateDir,
    stateWhy:
      stateOverride === undefined
        ? defaultStateWhy(stateDir)
        : `the state dir by ${chosenBy.state ?? "OPENCLAW_STATE_DIR"}`,
    configPath: configOverride ?? firstConfig(lookedIn) ?? path.join(stateDir, configNames[0]!),
    configWhy:
      configOverride === undefined
        ? "the default config file"
        : `the config file by ${chosenBy.config ?? "OPENCLAW_CONFIG_PATH"}`,
    configDir:
      stateOverride ??
      (configOverride === undefined ? path.join(home, stateNames[0]!) : path.dirname(configOverride)),
    credentialsDir: oauthOverride ?? path.join(stateDir, "credentials"),
    credentialsWhy:
      oauthOverride === undefined
        ? "the default credentials dir"
        : "the credentials dir by OPENCLAW_OAUTH_DIR",
  };
}

/** The config file a state dir itself holds, under its present or its old name. */
export function existingConfigIn(stateDir: string): string | undefined {
  return configNames.map((name) => path.join(stateDir, name)).find((file) => fs.existsSync(file));
}

function firstConfig(dirs: readonly string[]): string | undefined {
  for (const dir of dirs) {
    const found = existingConfigIn(dir);
    if (found !== undefined) return found;
  }
  return undefined;
}

function defaultStateDir(home: string): string {
  const candidates = stateNames.map((name) => path.join(home, name));
  return candidates.find((dir) => fs.existsSync(dir)) ?? candidates[0]!;
}

function defaultStateWhy(stateDir: string): string {
  return path.basename(stateDir) === stateNames[0]
    ? "the default state dir"
    : "the state dir of old versions, since there is no ~/.openclaw";
}

/** OPENCLAW_PROFILE alone does not move the state dir, so it names the profile only of a state dir set by variable. */
function profileOf({ env }: Surroundings, home: string, stateDir: string): string | null {
  const own = profileOfStateDir(home, stateDir);
  if (own !== undefined) return own;
  const named = variable(env, "OPENCLAW_PROFILE");
  if (named === undefined || variable(env, "OPENCLAW_STATE_DIR") === undefined) return null;
  return parseProfile(named, "OPENCLAW_PROFILE");
}
