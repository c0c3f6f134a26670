import { dirname, join } from "node:path";
import { mapPath, targetPlaces } from "../openclaw/target.ts";
import type { RestorePlan } from "./restore-plan.ts";

/** The variables without which OpenClaw does not find what is restored; empty where it looks there by itself. */
export function restoredEnvironment(
  plan: Pick<RestorePlan, "roots" | "owner" | "facts">,
): Readonly<Record<string, string>> {
  const { roots, owner } = plan;
  const { stateDir, profile } = roots;
  const usual = targetPlaces({ home: owner.home ?? "", profile });
  const config = placeOf("configFile", plan) ?? join(stateDir, "openclaw.json");
  const credentials = placeOf("credentialsDir", plan) ?? join(stateDir, "credentials");
  const includes = includeFolders(plan, dirname(config));
  return {
    ...(stateDir !== usual.stateDir && { OPENCLAW_STATE_DIR: stateDir }),
    ...(!configNames.some((name) => config === join(stateDir, name)) && { OPENCLAW_CONFIG_PATH: config }),
    ...(credentials !== join(stateDir, "credentials") && { OPENCLAW_OAUTH_DIR: credentials }),
    ...(includes.length > 0 && { OPENCLAW_INCLUDE_ROOTS: includes.join(":") }),
  };
}

/** OpenClaw finds a config of these names in its state dir. */
const configNames = ["openclaw.json", "clawdbot.json"];

function placeOf(
  name: "configFile" | "credentialsDir",
  { facts, roots }: Pick<RestorePlan, "facts" | "roots">,
): string | null {
  const old = facts?.[name] ?? null;
  return old === null ? null : (mapPath(old, roots.moves) ?? old);
}

/** Where included files are that OpenClaw would refuse: outside of the config's own folder. */
function includeFolders({ roots: { roots } }: Pick<RestorePlan, "roots">, configDir: string): string[] {
  const files = roots.filter(({ id }) => id.startsWith("config.include-")).map(({ target }) => target);
  const outside = files.filter((file) => !file.startsWith(`${configDir}/`));
  return [...new Set(outside.map((file) => dirname(file)))];
}
