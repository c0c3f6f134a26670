import { dirname, join } from "node:path";
import { DiskError } from "../disk/errors.ts";
import { isWithin } from "../disk/places.ts";
import { resolvePath } from "../disk/resolve-path.ts";
import { openclawHome } from "../openclaw/environment.ts";
import { OpenClawError } from "../openclaw/errors.ts";
import { locateInstallation } from "../openclaw/locate.ts";
import { existingConfigIn } from "../openclaw/places.ts";
import { stateDirsOf } from "../openclaw/profile.ts";
import type { Context } from "./context.ts";

/**
 * Refuses a directory that is a part of an OpenClaw installation, or would become one: everything of the caller's own
 * installations, and whatever lies in a directory with an OpenClaw configuration. Throws `target-unfit`.
 */
export function refuseLiveTarget(directory: string, context: Context): void {
  const place = realPlace(directory);
  const live = configuredAbove(place) ?? ownPlaces(context).find((own) => isWithin(realPlace(own), place));
  if (live === undefined) return;
  throw new DiskError(
    "target-unfit",
    `${directory} lies in ${live}, which belongs to an OpenClaw installation`,
    {
      hint: "name a directory outside of it: what is salvaged is looked through first, then taken over by hand",
    },
  );
}

/** The nearest directory at or above `place` that holds an OpenClaw configuration. */
function configuredAbove(place: string): string | undefined {
  for (let at = place; ; at = dirname(at)) {
    if (existingConfigIn(at) !== undefined) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** State dirs, workspaces and all else that OpenClaw of this user lives in, as far as that can be found out. */
function ownPlaces(context: Context): string[] {
  const stateDirs = stateDirsOf(openclawHome(context));
  const places = [...stateDirs];
  for (const request of [{}, ...stateDirs.map((stateDir) => ({ stateDir }))]) {
    try {
      const { stateDir, configDir, credentialsDir, workspaces, roots } = locateInstallation(request, context);
      const all = [...workspaces, ...roots].map(({ path }) => path);
      places.push(stateDir, configDir, credentialsDir, ...all);
    } catch (error) {
      // No installation, or one that cannot be understood: nothing more is known of it than its state dir.
      if (!(error instanceof OpenClawError)) throw error;
    }
  }
  return places;
}

/** Links on the way change nothing of where a place is. */
function realPlace(path: string): string {
  const { existing, missing } = resolvePath(path);
  return join(existing, ...missing);
}
