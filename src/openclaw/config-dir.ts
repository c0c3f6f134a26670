import path from "node:path";
import type { Root } from "./installation.ts";
import type { Places } from "./places.ts";

/**
 * What OpenClaw keeps under its config dir: root id suffix → place. Nothing else of that directory is taken, for it may
 * be `/etc` or a home.
 */
export const configDirPlaces: ReadonlyMap<string, string> = new Map([
  ["browser", "browser"],
  ["cron", "cron"],
  ["dns", "dns"],
  ["env", ".env"],
  ["extensions", "extensions"],
  ["gateway-tls", "gateway/tls"],
  ["git", "git"],
  ["hooks", "hooks"],
  ["media", "media"],
  ["mpm", "mpm"],
  ["npm", "npm"],
  ["plugin-catalog", "plugins/catalog.json"],
  ["plugin-skills", "plugin-skills"],
  ["settings-tts", "settings/tts.json"],
  ["skills", "skills"],
  ["tools", "tools"],
]);

/** Empty where the config dir is the state dir. `hooks/transforms` lies beside the config file even then. */
export function configDirParts({ configDir, stateDir }: Places, configFile: string | null): Root[] {
  const parts: Root[] =
    configDir === stateDir
      ? []
      : Array.from(configDirPlaces, ([suffix, place]) => ({
          id: `config-dir.${suffix}`,
          path: path.join(configDir, place),
          kind: "config-dir",
          why: "OpenClaw's second root, the config dir",
        }));
  const transforms =
    configFile === null ? undefined : path.join(path.dirname(configFile), "hooks", "transforms");
  if (transforms === undefined) return parts;
  const why = "hook transforms beside the config file";
  return [...parts, { id: "config-dir.hooks-transforms", path: transforms, kind: "config-dir", why }];
}
