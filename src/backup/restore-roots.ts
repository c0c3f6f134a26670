import { join, normalize, resolve } from "node:path";
import { DiskError } from "../disk/errors.ts";
import { foldersOf } from "../disk/places.ts";
import type { RestoreRoot } from "../disk/plan.ts";
import type { OpenArchive } from "../format/archive.ts";
import type { Manifest } from "../format/manifest.ts";
import { machinePlaces } from "../openclaw/machine-places.ts";
import { mapPath, targetPlaces, type PathMove } from "../openclaw/target.ts";
import { describedWorkspaces, textFact } from "./archive-metadata.ts";
import { BackupError } from "./errors.ts";
import { indexFacts, type IndexFacts, staysOf } from "./restore-index.ts";
import { nothingSelected, type Selection, selectionOf } from "./selection.ts";

/** Where a person wants things, beyond the defaults. */
export interface PlaceChoices {
  readonly stateDir?: string;
  readonly workspaces?: readonly { readonly agent?: string; readonly path: string }[];
  readonly profile?: string;
  /** Where what lay outside of the home goes, each at its old path below this folder. Default: to its old place. */
  readonly elsewhere?: string;
  /** Only what these words and globs select: see {@link selectionOf}. */
  readonly only?: readonly string[];
}

/** The place to restore into. */
export interface Destination extends PlaceChoices {
  readonly home: string;
  readonly cwd: string;
}

export interface RestoreRoots {
  readonly roots: readonly RestoreRoot[];
  readonly totals: IndexFacts["totals"];
  /** Undefined: everything. */
  readonly selection: Selection | undefined;
  /** Old places and their new ones: what a rewrite of paths goes by. */
  readonly moves: readonly PathMove[];
  readonly stateDir: string;
  readonly profile: string | null;
}

/**
 * Where every root of the archive goes: the state dir to that of its profile in the new home, what lay in the old home
 * to the same place in the new one, what lay elsewhere to where it was; flags win.
 */
export async function placeRoots(
  entries: OpenArchive,
  manifest: Manifest,
  to: Destination,
): Promise<RestoreRoots> {
  const { installation } = manifest;
  const profile =
    to.profile === undefined ? installation.profile : to.profile === "default" ? null : to.profile;
  const stateDir =
    to.stateDir === undefined
      ? targetPlaces({ home: to.home, profile }).stateDir
      : resolve(to.cwd, to.stateDir);
  const moves = [
    { from: installation.stateDir, to: stateDir },
    ...homeMove(entries, installation.stateDir, to.home),
  ];
  const chosen = chosenWorkspaces(entries, to);
  const places = entries.roots.map(({ id, sourcePath }) => ({
    id,
    sourcePath,
    target: normalize(
      chosen.get(id) ??
        (id === "state" ? stateDir : (mapPath(sourcePath, moves) ?? join(to.elsewhere ?? "/", sourcePath))),
    ),
  }));
  const ids = places.map(({ id }) => id);
  const selection = to.only && selectionOf(to.only, ids);
  const { roots, totals } = await rootsAt(places, entries, selection);
  if (to.only !== undefined && roots.length === 0) throw nothingSelected(to.only);
  const all = [...places.map(({ sourcePath, target }) => ({ from: sourcePath, to: target })), ...moves];
  return { roots, totals, selection, moves: all, stateDir, profile };
}

type Place = Pick<RestoreRoot, "id" | "target"> & { readonly sourcePath: string };

async function rootsAt(
  places: readonly Place[],
  entries: OpenArchive,
  selection: Selection | undefined,
): Promise<Pick<RestoreRoots, "roots" | "totals">> {
  const inside = new Map(places.map((place) => [place, pathsIn(place, places)]));
  const asked = Array.from(inside, ([{ id }, paths]) =>
    paths.flatMap((path) => [...foldersOf(path), path]).map((path) => `${id}/${path}`),
  );
  const { roots, present, totals } = await indexFacts(entries, { asked: asked.flat(), selection });
  const placed = places.flatMap((place) => {
    const facts = roots.get(place.id);
    if (facts === undefined) return [];
    const others = inside.get(place)!.filter((path) => !isRestored(join(place.target, path), places, roots));
    return [{ ...place, ...facts, stays: staysOf(place.id, others, present) }];
  });
  refusePartsInWhole(placed);
  return { roots: placed, totals };
}

/** A tree cannot be replaced as a whole and a part of it entry by entry at the same time. */
function refusePartsInWhole(roots: readonly RestoreRoot[]): void {
  for (const { id, target, pieces } of roots) {
    const outer = roots.find(
      (root) =>
        root.id !== id && (root.pieces === undefined) !== (pieces === undefined) && isHeld(target, root),
    );
    if (outer === undefined) continue;
    throw new DiskError(
      "collision",
      pieces === undefined
        ? `${id} is selected as a whole, and the part of ${outer.id} in which it lies`
        : `${id} is selected in part, and ${outer.id}, in which it lies, as a whole`,
      {
        hint: `select ${pieces === undefined ? outer.id : id} as a whole, too, or restore one after the other`,
      },
    );
  }
}

function isHeld(inner: string, outer: RestoreRoot): boolean {
  const trees = outer.pieces?.map((piece) => join(outer.target, piece)) ?? [outer.target];
  return trees.some((tree) => `${inner}/`.startsWith(`${tree}/`));
}

/** What may lie in a root's place and not be of it: other roots, and what belongs to the machine. */
function pathsIn({ id, target }: Place, places: readonly Place[]): string[] {
  const others = places.filter((other) => other.target.startsWith(`${target}/`));
  return [
    ...(id === "state" ? machinePlaces : []),
    ...others.map((other) => other.target.slice(target.length + 1)),
  ];
}

function isRestored(at: string, places: readonly Place[], roots: IndexFacts["roots"]): boolean {
  return places.some(({ id, target }) => target === at && roots.has(id));
}

/** The old home is known with the key; without it, a state dir of the usual name tells it. */
function homeMove({ metadata }: OpenArchive, stateDir: string, home: string): PathMove[] {
  const from = textFact(metadata, "home") ?? /^(.+)\/\.(?:openclaw|clawdbot)[^/]*$/.exec(stateDir)?.[1];
  return from === undefined ? [] : [{ from, to: home }];
}

/** `--workspace [AGENT=]DIR` → root id and place. */
function chosenWorkspaces(entries: OpenArchive, { workspaces = [], cwd }: Destination): Map<string, string> {
  const chosen = new Map<string, string>();
  for (const { agent, path } of workspaces) chosen.set(workspaceRoot(entries, agent), resolve(cwd, path));
  return chosen;
}

function workspaceRoot({ roots, metadata }: OpenArchive, agent: string | undefined): string {
  const ids = roots.map(({ id }) => id).filter((id) => id.startsWith("workspace."));
  if (agent === undefined) {
    if (ids.length === 1) return ids[0]!;
    throw new BackupError(
      "no-such-entry",
      `the archive has ${ids.length} workspaces; --workspace must say whose`,
      {
        hint: `--workspace AGENT=DIR, with AGENT one of ${ids.map((id) => id.slice("workspace.".length)).join(", ")}`,
      },
    );
  }
  const shared = describedWorkspaces(metadata).find(({ agents }) => agents.includes(agent));
  const id = shared?.rootId ?? `workspace.${agent}`;
  if (ids.includes(id)) return id;
  throw new BackupError("no-such-entry", `the archive has no workspace of an agent ${agent}`, {
    hint: `it has those of ${ids.map((one) => one.slice("workspace.".length)).join(", ") || "none"}`,
  });
}
