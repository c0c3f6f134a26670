import fs from "node:fs";
import path from "node:path";
import { OpenClawError } from "./errors.ts";

const namePattern = /^[a-z0-9][a-z0-9_-]{0,63}$/i;
/** Beside state dirs in a home and named like one, but not one. */
const namesakes = new Set(["auth-profile-secrets"]);

/** The profile a name stands for: `null` is the default one. Throws `bad-profile-name`. `origin` says who named it. */
export function parseProfile(name: string, origin: string): string | null {
  const trimmed = name.trim();
  if (!namePattern.test(trimmed)) {
    throw new OpenClawError("bad-profile-name", `${origin} names a profile that OpenClaw would not accept`, {
      hint: 'a profile name has up to 64 letters, digits, "-" and "_", and begins with a letter or digit',
    });
  }
  return trimmed.toLowerCase() === "default" ? null : trimmed;
}

/** Where a profile's state lives in a home. Case is kept. */
export function profileStateDir(home: string, profile: string | null): string {
  return path.join(home, profile === null ? ".openclaw" : `.openclaw-${profile}`);
}

/** The profile whose own state dir this is, `null` for the default one, `undefined` if it is no profile's own. */
export function profileOfStateDir(home: string, stateDir: string): string | null | undefined {
  if (path.dirname(stateDir) !== home) return undefined;
  const name = path.basename(stateDir);
  if (name === ".openclaw") return null;
  const profile = name.startsWith(".openclaw-") ? name.slice(".openclaw-".length) : "";
  return namePattern.test(profile) && !namesakes.has(profile) ? profile : undefined;
}

/** The state dirs in a home, the default one included, sorted. */
export function stateDirsOf(home: string): string[] {
  let names: string[] = [];
  try {
    names = fs
      .readdirSync(home, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => entry.name);
  } catch {
    // A home that cannot be listed has no other installation to offer in a hint.
  }
  return names
    .filter((name) => name === ".clawdbot" || profileOfStateDir(home, path.join(home, name)) !== undefined)
    .sort()
    .map((name) => path.join(home, name));
}
