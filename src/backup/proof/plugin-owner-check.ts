import { join } from "node:path";
import { isWithin } from "../../disk/places.ts";
import { suspectPlaces } from "../../openclaw/plugin-owners.ts";
import { recordedPlugins } from "../../openclaw/plugins.ts";
import { isDirectory } from "../../openclaw/roots.ts";
import { readStateDatabase } from "../../openclaw/state-database.ts";
import type { Check } from "../restore-reports.ts";
import type { RestorePlan } from "../restore-plan.ts";

/**
 * Whether OpenClaw will take the plugins that it has on record, as it looks at whose their folders are; also of those that
 * were there before. No check where none lies in what was restored or in the home.
 */
export function pluginOwnerCheck({ roots, owner }: RestorePlan): Check[] {
  const { roots: placed, stateDir } = roots;
  if (!placed.some(({ id, pieces }) => id === "state" && pieces === undefined)) return [];
  const above = [...placed.map(({ target }) => target), ...(owner.home === null ? [] : [owner.home])];
  const folders = pluginFolders(join(stateDir, "state/openclaw.sqlite")).filter(
    ({ place }) => isDirectory(place) && above.some((folder) => isWithin(folder, place)),
  );
  if (folders.length === 0) return [];
  const suspect = folders.flatMap(({ id, place }) =>
    suspectPlaces(place, owner.uid).map(({ path, why }) => `${id}: ${path} ${why}`),
  );
  return [
    {
      name: "plugins",
      ok: suspect.length === 0,
      detail:
        suspect.length === 0
          ? `${folders.length} plugin folders belong to whom OpenClaw lets own them`
          : `OpenClaw would refuse plugins: ${suspect.join("; ")}`,
    },
  ];
}

/** By the record in the restored database; none where that cannot be read, which other checks tell. */
function pluginFolders(database: string): { readonly id: string; readonly place: string }[] {
  try {
    const plugins = readStateDatabase(database, recordedPlugins) ?? [];
    return plugins.flatMap(({ id, enabled, installPath, sourcePath }) => {
      const place = installPath ?? sourcePath;
      return enabled === false || place === null ? [] : [{ id, place }];
    });
  } catch {
    return [];
  }
}
