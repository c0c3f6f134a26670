import fs from "node:fs";
import { type Surroundings, openclawHome } from "./environment.ts";
import { holdsInstallation } from "./missing.ts";
import { existingConfigIn } from "./places.ts";
import { profileOfStateDir, stateDirsOf } from "./profile.ts";

/** One of the installations of a user, known by its state dir. */
export interface ProfileFound {
  /** `null` for the default one, also under its old name `~/.clawdbot`. */
  readonly profile: string | null;
  readonly stateDir: string;
  readonly configFile: string | null;
}

/** The installations in the home, sorted by state dir. A link to another one is not one of its own. */
export function profilesOf(surroundings: Surroundings): ProfileFound[] {
  const home = openclawHome(surroundings);
  const stateDirs = stateDirsOf(home).filter(holdsInstallation);
  const places = new Set(stateDirs.filter((dir) => !isLink(dir)).map(realPath));
  return stateDirs.flatMap((stateDir) => {
    if (isLink(stateDir) && places.has(realPath(stateDir))) return [];
    places.add(realPath(stateDir));
    const configFile = existingConfigIn(stateDir) ?? null;
    return [{ profile: profileOfStateDir(home, stateDir) ?? null, stateDir, configFile }];
  });
}

function isLink(at: string): boolean {
  return fs.lstatSync(at).isSymbolicLink();
}

function realPath(at: string): string {
  return fs.realpathSync.native(at);
}
