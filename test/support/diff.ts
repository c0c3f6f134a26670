import { join } from "node:path";
import { expect } from "vitest";
import type { DiffReport } from "../../src/backup/diff/diff-report.ts";
import { smallInstallation } from "./installation.ts";
import { plant } from "./tree.ts";
import { makeWorld, type Ran, type RunOptions, type World } from "./world.ts";

export interface Archived extends World {
  readonly archive: string;
}

export async function archived(tree = smallInstallation): Promise<Archived> {
  const world = await makeWorld();
  plant(world.home, tree);
  return { ...world, archive: await create(world, "a.ocbak") };
}

export async function create(world: World, name: string, ...flags: string[]): Promise<string> {
  const archive = join(world.archives, name);
  expect((await world.ocbak(["create", "--quiet", "-o", archive, ...flags])).status).toBe(0);
  return archive;
}

export async function diff(
  world: World,
  argv: readonly string[],
  options?: RunOptions,
): Promise<Ran & { report: DiffReport }> {
  const ran = await world.ocbak(["diff", "--json", ...argv], options);
  expect([0, 4]).toContain(ran.status);
  return { ...ran, report: JSON.parse(ran.out) as DiffReport };
}

/** `+ state/new`, `~ state/old (content, mode)`. */
export function told({ differences }: DiffReport): string[] {
  return differences.map(({ kind, path, changes }) => {
    const what = changes === undefined ? "" : ` (${changes.map((change) => change.what).join(", ")})`;
    return `${{ added: "+", removed: "-", changed: "~" }[kind]} ${path}${what}`;
  });
}

/** In the state dir, and in the workspace of the agent main, below a home. */
export const state = (name: string) => `.openclaw/${name}`;
export const workspace = (name: string) => `.openclaw/workspace/${name}`;
