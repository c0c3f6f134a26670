import fs from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import type { OpenClawConfig } from "./config.ts";
import { type Environment, expand } from "./environment.ts";
import type { Places } from "./places.ts";

interface PathSettings {
  readonly env: Environment;
  readonly cwd: string;
  readonly places: Places;
  readonly config: OpenClawConfig;
  readonly warn: (line: string) => void;
}

/**
 * A reader of path settings: `${VAR}` filled in, `~` expanded, made absolute; blank ones are unset. A variable that
 * nothing sets is left as it stands, with a warning.
 */
export function pathReader({ env, cwd, places, config, warn }: PathSettings) {
  const layers: Environment[] = [
    env,
    envFile(path.join(places.configDir, ".env")),
    envFile(path.join(places.home, ".config", "openclaw", "gateway.env")),
    config.env?.vars ?? {},
  ];
  const lookup = (name: string) =>
    layers.map((layer) => layer[name]).find((value) => value !== undefined && value !== "");
  const fill = (text: string) =>
    text.replaceAll(/(\$?)\$\{([A-Z_][A-Z0-9_]*)\}/g, (all, escaped: string, name: string) => {
      if (escaped !== "") return all.slice(1);
      const value = lookup(name);
      if (value === undefined)
        warn(`the config names a path with \${${name}}, which is set nowhere that ocbak can see`);
      return value ?? all;
    });
  return (setting: string | undefined): string | undefined =>
    setting === undefined || setting.trim() === ""
      ? undefined
      : expand(fill(setting).replaceAll("\0", ""), places.home, cwd);
}

function envFile(file: string): Environment {
  try {
    return parseEnv(fs.readFileSync(file, "utf8"));
  } catch {
    // Optional by nature; a config that needs a variable of it gets the warning above.
    return {};
  }
}
