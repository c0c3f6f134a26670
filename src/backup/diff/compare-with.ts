import { DiskError } from "../../disk/errors.ts";
import { PathGuard } from "../../disk/path-guard.ts";
import type { PlannedEntry } from "../../disk/planned.ts";
import type { OpenArchive } from "../../format/archive.ts";
import type { ManifestRoot } from "../../format/manifest.ts";
import type { Context } from "../context.ts";
import { archiveSide } from "./archive-side.ts";
import { compareSides } from "./compare.ts";
import type { Side } from "./compared-entry.ts";
import { type DiffReport, type DiffRoot, DiffTally } from "./diff-report.ts";
import { LateWorkDir } from "./late-work-dir.ts";
import { takenAnyway } from "./taken-anyway.ts";
import { type TreeRoot, presentRoots, scanTree, treeSide } from "./tree-side.ts";

export interface CompareOptions {
  /** Owners and groups, too. */
  readonly owners?: boolean;
}

/** What a comparison came to, before it is called by the names of archives. */
export type Compared = Pick<
  DiffReport,
  "equal" | "compared" | "roots" | "differences" | "notCompared" | "warnings"
>;

/** An archive and trees that were restored from it, or that it was made of. Throws `root-missing` where none is there. */
export async function compareWithTree(
  entries: OpenArchive,
  roots: readonly TreeRoot[],
  options: CompareOptions,
  context: Context,
): Promise<Compared> {
  const present = presentRoots(roots);
  if (present.length === 0 && roots.length > 0)
    throw new DiskError(
      "root-missing",
      `nothing of it is there: ${roots.map(({ target }) => target).join(", ")}`,
      {
        hint: "say where it lies with --home, --state-dir, --workspace or --profile",
      },
    );
  using workDir = new LateWorkDir(context);
  using guard = new PathGuard();
  const { signal } = context;
  const entriesThere = await scanFor(entries, present);
  const left = archiveSide(entries, { workDir, with: "tree" });
  const right = treeSide(entriesThere, { workDir, guard, signal });
  const places = new Map(present.map(({ id, target }) => [id, target]));
  return await compare({ left, right }, { left: placesOf(entries.roots), right: places }, options, context);
}

/** What a backup would take of these roots, and what the archive holds of them that a backup would leave out. */
async function scanFor(entries: OpenArchive, roots: readonly TreeRoot[]): Promise<readonly PlannedEntry[]> {
  const first = scanTree(roots, []);
  const leftOut = first.filter(({ excluded }) => excluded !== undefined).map(({ path }) => path);
  const include = await takenAnyway(entries, new Set(leftOut));
  return include.length === 0 ? first : scanTree(roots, include);
}

/** Two archives, by their indexes. */
export async function compareArchives(
  entries: OpenArchive,
  others: OpenArchive,
  options: CompareOptions,
  context: Context,
): Promise<Compared> {
  using workDir = new LateWorkDir(context);
  const left = archiveSide(entries, { workDir, with: "archive" });
  const right = archiveSide(others, { workDir, with: "archive" });
  return await compare(
    { left, right },
    { left: placesOf(entries.roots), right: placesOf(others.roots) },
    options,
    context,
  );
}

type Places = ReadonlyMap<string, string>;

/** Where the roots of a side lie, by id. */
function placesOf(roots: readonly ManifestRoot[]): Places {
  return new Map(roots.map(({ id, sourcePath }) => [id, sourcePath]));
}

interface Both<T> {
  readonly left: T;
  readonly right: T;
}

async function compare(
  sides: Both<Side>,
  places: Both<Places>,
  { owners = false }: CompareOptions,
  context: Context,
): Promise<Compared> {
  const tally = new DiffTally();
  context.progress.start("compare", undefined);
  const options = { owners, signal: context.signal };
  for await (const finding of compareSides(sides.left, sides.right, options)) tally.add(finding);
  context.progress.finish();
  const isWhole = sides.left.isWhole && sides.right.isWhole;
  const warnings = isWhole ? [] : [unopened];
  for (const warning of warnings) context.notice(`warning: ${warning}`);
  return {
    equal: tally.isEqual,
    compared: isWhole ? "all" : "plain",
    roots: rootsOf(places, tally),
    differences: tally.differences,
    notCompared: tally.notCompared,
    warnings,
  };
}

const unopened =
  "no key was given: state, config and credentials were NOT compared, only what is readable in the workspaces";

/** Those that either side has anything of. */
function rootsOf({ left, right }: Both<Places>, tally: DiffTally): DiffRoot[] {
  const ids = [...new Set([...left.keys(), ...right.keys()])].sort();
  return ids.map((root) => ({
    root,
    path: left.get(root) ?? null,
    otherPath: right.get(root) ?? null,
    ...tally.countsOf(root),
  }));
}
