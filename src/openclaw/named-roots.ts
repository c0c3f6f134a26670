import fs from "node:fs";
import path from "node:path";
import type { Outside, Root } from "./installation.ts";
import { namedPathsOf } from "./named-paths.ts";
import { type NamedRoot, namedRuleOf } from "./named-rules.ts";
import { isWithin } from "./outside.ts";
import type { Places } from "./places.ts";

export interface NamedSurroundings {
  readonly places: Places;
  readonly workspaces: readonly { readonly path: string }[];
  readonly pathOf: (setting: string | undefined) => string | undefined;
  readonly warn: (line: string) => void;
}

/** Places beside OpenClaw's own folders: those to take, and those to name. */
export interface Named {
  readonly roots: readonly Root[];
  readonly outside: readonly Outside[];
}

/** What the config names, sorted out by {@link namedRuleOf}. What is to be taken and is missing is a warning. */
export function namedByConfig(config: unknown, surroundings: NamedSurroundings): Named {
  const { places, workspaces, pathOf, warn } = surroundings;
  const bases = {
    config: [path.dirname(places.configPath)],
    workspaces: workspaces.map((one) => one.path),
  };
  const basesOf = (setting: string) => {
    const { root, relativeTo } = namedRuleOf(setting);
    if (relativeTo !== undefined) return bases[relativeTo];
    return root === undefined ? undefined : [];
  };
  const roots: Root[] = [];
  const outside: Outside[] = [];
  for (const { setting, path: at } of namedPathsOf(config, { pathOf, basesOf })) {
    const { what, why, root } = namedRuleOf(setting);
    const words = `${what}, by the config's ${setting}`;
    if (root === undefined) outside.push({ path: at, why: `${words}: ${why}` });
    else if (!fs.existsSync(at)) warn(`${at} does not exist or cannot be reached: ${words}`);
    else {
      const refused = refusalOf(at, root, places.home);
      if (refused === undefined) roots.push({ id: root.id, path: at, kind: root.kind, why: words });
      else outside.push({ path: at, why: `${words}: ${refused}` });
    }
  }
  return { roots: numbered(roots), outside: outside.filter((one) => one.path !== path.parse(one.path).root) };
}

/** Why a place is not taken although its kind is. */
function refusalOf(at: string, root: NamedRoot, home: string): string | undefined {
  if (root.unlessInGit && isInGit(at, home)) return "it lies in a git checkout, which brings it back";
  if (root.kind === "secret" && !fs.statSync(at).isFile()) return "it is no file";
  if (/^\/(?:dev|proc|run|sys|var\/run)\//.test(at)) return "the system makes it at each start";
  if (root.inHomeOnly && !isWithin(at, home)) return "it belongs to this machine";
  return undefined;
}

/** `plugin-path-1`, `plugin-path-2` … for each place, in the order of the config. */
function numbered(roots: readonly Root[]): Root[] {
  const counts = new Map<string, number>();
  const places = new Map<string, Root>();
  for (const root of roots) if (!places.has(root.path)) places.set(root.path, root);
  return [...places.values()].map((root) => {
    const count = (counts.get(root.id) ?? 0) + 1;
    counts.set(root.id, count);
    return { ...root, id: `${root.id}-${count}` };
  });
}

/** A home under version control does not count: nobody checks out plugins with it. */
function isInGit(at: string, home: string): boolean {
  for (let dir = at; dir !== home && dir !== path.dirname(dir); dir = path.dirname(dir))
    if (fs.existsSync(path.join(dir, ".git"))) return true;
  return false;
}
