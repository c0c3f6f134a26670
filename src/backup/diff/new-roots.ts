import { DiskError } from "../../disk/errors.ts";
import { realPlace } from "../../disk/listing.ts";
import { isWithin } from "../../disk/places.ts";
import type { Environment } from "../../openclaw/environment.ts";
import { OpenClawError } from "../../openclaw/errors.ts";
import type { Root } from "../../openclaw/installation.ts";
import { locateInstallation } from "../../openclaw/locate.ts";
import type { DiffReport } from "./diff-report.ts";
import type { TreeRoot } from "./tree-side.ts";

/** Whose installation it is: variables of another user say nothing of it. */
export interface Surroundings {
  readonly home: string;
  readonly env: Environment;
  readonly cwd: string;
}

/**
 * What a backup of the installation at these roots would take beside them: agents and workspaces that came later, or
 * that the archive was made without.
 */
export function newRoots(
  roots: readonly TreeRoot[],
  { home, env, cwd }: Surroundings,
): DiffReport["notCompared"] {
  const stateDir = roots.find(({ id }) => id === "state")?.target;
  if (stateDir === undefined) return [];
  const known = roots.map(({ id, target }) => realOf({ id, path: target }));
  return rootsOf(stateDir, { home, env, cwd })
    .filter((root) => !known.some((place) => isIn(realOf(root), place)))
    .map(({ id, path }) => ({
      path: id,
      reason: `${path} is not in the archive, and a backup would take it`,
    }));
}

function rootsOf(stateDir: string, { home, env, cwd }: Surroundings): readonly Root[] {
  try {
    return locateInstallation({ stateDir }, { env, osHomeDir: home, cwd }).roots;
  } catch (error) {
    // Nothing there that OpenClaw would start with: then nothing can be new.
    if (error instanceof OpenClawError) return [];
    throw error;
  }
}

/** Undefined where it is gone or cannot be reached. */
function realOf(root: Pick<Root, "id" | "path">): string | undefined {
  try {
    return realPlace(root);
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}

function isIn(path: string | undefined, place: string | undefined): boolean {
  return path !== undefined && place !== undefined && isWithin(place, path);
}
