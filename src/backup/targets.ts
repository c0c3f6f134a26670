import { OpenClawError } from "../openclaw/errors.ts";
import { openclawHome } from "../openclaw/environment.ts";
import { holdsInstallation } from "../openclaw/missing.ts";
import { resolvePlaces } from "../openclaw/places.ts";
import { profilesOf } from "../openclaw/profiles.ts";
import { selectEnvironment } from "../openclaw/selection.ts";
import type { Context } from "./context.ts";

/** An installation to back up, before it is looked at. */
export interface Target {
  readonly profile: string | null;
  readonly stateDir: string;
  /** What to ask for: undefined where the environment is set up for it, and its variables hold. */
  readonly request: { readonly profile?: string; readonly stateDir?: string };
}

/** Every installation of the user, that of the environment first where no profile is its own. Throws `no-installation`. */
export function everyTarget(context: Context): Target[] {
  const own = resolvePlaces(context);
  const targets = profilesOf(context).map(({ profile, stateDir }) => ({
    profile,
    stateDir,
    request: stateDir === own.stateDir ? {} : { stateDir },
  }));
  if (targets.every(({ stateDir }) => stateDir !== own.stateDir) && holdsInstallation(own.stateDir))
    targets.unshift({ profile: own.profile, stateDir: own.stateDir, request: {} });
  if (targets.length > 0) return targets;
  throw new OpenClawError("no-installation", `no profile has a state dir in ${openclawHome(context)}`);
}

/** That of the environment, or of a profile by name; it need not be there. Throws `bad-profile-name`. */
export function oneTarget(profile: string | undefined, context: Context): Target {
  const request = profile === undefined ? {} : { profile };
  const { env, chosenBy } = selectEnvironment(request, context);
  const places = resolvePlaces({ ...context, env }, chosenBy);
  return { profile: places.profile, stateDir: places.stateDir, request };
}
