import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { type Environment, variable } from "./environment.ts";

const Package = z.looseObject({ name: z.literal("openclaw"), version: z.string() });

/**
 * The version of the OpenClaw that is installed: of the program on PATH, else of the package that the state dir's links
 * of `plugin-skills` lead into. Read from its package.json, not asked: starting it takes seconds. `null` if not found.
 */
export function programVersion(env: Environment, stateDir: string): string | null {
  const onPath = (variable(env, "PATH") ?? "").split(path.delimiter).filter(Boolean);
  const programs = [...onPath, path.join(stateDir, "bin")].map((dir) => path.join(dir, "openclaw"));
  for (const candidate of [...programs, ...linksIn(path.join(stateDir, "plugin-skills"))]) {
    const version = packageAbove(candidate);
    if (version !== undefined) return version;
  }
  return null;
}

function linksIn(dir: string): string[] {
  try {
    return fs.readdirSync(dir).map((name) => path.join(dir, name));
  } catch {
    return [];
  }
}

function packageAbove(at: string): string | undefined {
  let dir: string;
  try {
    dir = path.dirname(fs.realpathSync.native(at));
  } catch {
    return undefined;
  }
  for (; ; dir = path.dirname(dir)) {
    const version =
      versionIn(path.join(dir, "package.json")) ??
      versionIn(path.join(dir, "node_modules/openclaw/package.json"));
    if (version !== undefined) return version;
    if (dir === path.dirname(dir)) return undefined;
  }
}

function versionIn(file: string): string | undefined {
  try {
    return Package.safeParse(JSON.parse(fs.readFileSync(file, "utf8"))).data?.version;
  } catch {
    return undefined;
  }
}
