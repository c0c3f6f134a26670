import path from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What OpenClaw's rules of place depend on besides files. */
export interface Surroundings {
  readonly env: Environment;
  /** The home directory according to the system. */
  readonly osHomeDir: string;
  readonly cwd: string;
}

/** A variable's value without surrounding space, or `undefined` if it is unset or blank. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}

/** The home of the user: HOME, USERPROFILE, Termux, the system's word. The texts "undefined" and "null" count as unset. */
export function osHome({ env, osHomeDir, cwd }: Surroundings): string {
  const home = homeVariable(env, "HOME") ?? homeVariable(env, "USERPROFILE") ?? termuxHome(env) ?? osHomeDir;
  return path.resolve(cwd, home);
}

/** What `~` means to OpenClaw: `OPENCLAW_HOME`, itself expanded against the user's home, else the user's home. */
export function openclawHome(surroundings: Surroundings): string {
  const home = osHome(surroundings);
  const override = homeVariable(surroundings.env, "OPENCLAW_HOME");
  return override === undefined ? home : expand(override, home, surroundings.cwd);
}

/** A path as a user writes it: trimmed, `~` expanded, relative to the current directory. */
export function expand(text: string, home: string, cwd: string): string {
  return path.resolve(
    cwd,
    text.trim().replace(/^~(?=$|[\\/])/, () => home),
  );
}

function homeVariable(env: Environment, name: string): string | undefined {
  const value = variable(env, name);
  return value === "undefined" || value === "null" ? undefined : value;
}

function termuxHome(env: Environment): string | undefined {
  const prefix = homeVariable(env, "PREFIX");
  if (prefix === undefined || homeVariable(env, "ANDROID_DATA") === undefined) return undefined;
  return /(?:^|\/)com\.termux\/files\/usr\/?$/u.test(prefix) ? path.resolve(prefix, "..", "home") : undefined;
}
