import fs from "node:fs";
import path from "node:path";
import { OpenClawError } from "./errors.ts";
import type { Places } from "./places.ts";
import { parseProfile, profileOfStateDir, stateDirsOf } from "./profile.ts";
import { isDirectory, isFile } from "./roots.ts";
import type { LocateRequest } from "./selection.ts";

/** Any one of these makes a directory a state dir: also one that lost its config must be saved. */
const signs = ["openclaw.json", "clawdbot.json", "state", "agents", "credentials", "workspace"];

/** Whether a directory holds anything that makes it a state dir. */
export function holdsInstallation(stateDir: string): boolean {
  return signs.some((name) => fs.existsSync(path.join(stateDir, name)));
}

/** Throws `unknown-profile` or `no-installation`, with what was looked for and what is there instead. */
export function requireInstallation(request: LocateRequest, places: Places): void {
  if (isFile(places.configPath) || holdsInstallation(places.stateDir)) return;
  const { home, stateDir } = places;
  const others = stateDirsOf(home).filter((dir) => dir !== stateDir);
  const profile = request.profile === undefined ? null : parseProfile(request.profile, "--profile");
  if (profile !== null && request.stateDir === undefined) {
    const names = others.flatMap((dir) => profileOfStateDir(home, dir) ?? []);
    const found = names.length === 0 ? `no profile in ${home}` : `profiles in ${home}: ${names.join(", ")}`;
    throw new OpenClawError("unknown-profile", `there is no profile ${profile}: ${describe(stateDir)}`, {
      hint: found,
    });
  }
  const found =
    others.length === 0 ? `no other state dir in ${home}` : `other state dirs: ${others.join(", ")}`;
  throw new OpenClawError("no-installation", `there is no OpenClaw installation: ${describe(stateDir)}`, {
    hint: `looked for ${stateDir} and ${places.configPath}; ${found}; use --state-dir or --profile`,
  });
}

function describe(stateDir: string): string {
  try {
    fs.statSync(stateDir);
    fs.accessSync(stateDir, fs.constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === "EACCES" ? `${stateDir} is not readable for this user` : `${stateDir} does not exist`;
  }
  if (!isDirectory(stateDir)) return `${stateDir} is no directory`;
  return `${stateDir} holds none of ${signs.join(", ")}`;
}
