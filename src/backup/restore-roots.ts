import { normalize, resolve } from "node:path";
import type { RestoreRoot, Stay } from "../disk/plan.ts";
import type { OpenArchive } from "../format/archive.ts";
import { parentOf, rootIdOf } from "../format/entry-path.ts";
import { isStored } from "../format/entry.ts";
import type { Manifest } from "../format/manifest.ts";
import { machinePlaces } from "../openclaw/machine-places.ts";
import { mapPath, targetPlaces, type PathMove } from "../openclaw/target.ts";
import { describedWorkspaces, textFact } from "./archive-metadata.ts";
import { BackupError } from "./errors.ts";
import { linesOf } from "./open.ts";

/** Where a person wants things, beyond the defaults. */
export interface PlaceChoices {
  readonly stateDir?: string;
  readonly workspaces?: readonly { readonly agent?: string; readonly path: string }[];
  readonly profile?: string;
}

/** The place to restore into. */
export interface Destination extends PlaceChoices {
  readonly home: string;
  readonly cwd: string;
}

export interface RestoreRoots {
  readonly roots: readonly RestoreRoot[];
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
  const { sizes, present } = await indexFacts(
    entries,
    machinePlaces.map((path) => `state/${path}`),
  );
  const roots = entries.roots
    .filter(({ id }) => sizes.has(id))
    .map(({ id, sourcePath }) => ({
      id,
      sourcePath,
      target: normalize(
        chosen.get(id) ?? (id === "state" ? stateDir : (mapPath(sourcePath, moves) ?? sourcePath)),
      ),
      ...sizes.get(id)!,
      ...(id === "state" && { stays: staysOf(machinePlaces, present) }),
    }));
  return { roots, moves, stateDir, profile };
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

/** What the archive does not have: of a folder and what is in it, the folder. */
function staysOf(paths: readonly string[], present: ReadonlySet<string>): Stay[] {
  const absent = paths.filter((path) => !present.has(`state/${path}`));
  const tops = absent.filter((path) => !absent.some((other) => path.startsWith(`${other}/`)));
  return tops.map((path) => ({ path, parents: [] }));
}

type RootSize = Pick<RestoreRoot, "type"> & { readonly bytes: number };

interface IndexFacts {
  /** What kind of thing each root is, and how much it holds. A root of which nothing is stored is not there. */
  readonly sizes: ReadonlyMap<string, RootSize>;
  /** Those of the asked paths that are stored. */
  readonly present: ReadonlySet<string>;
}

async function indexFacts(entries: OpenArchive, asked: readonly string[]): Promise<IndexFacts> {
  const wanted = new Set(asked);
  const sizes = new Map<string, RootSize>();
  const present = new Set<string>();
  for await (const { line } of linesOf(entries)) {
    if (!isStored(line)) continue;
    if (wanted.has(line.path)) present.add(line.path);
    const id = rootIdOf(line.path);
    const type =
      parentOf(line.path) === undefined && line.type !== "directory"
        ? "file"
        : (sizes.get(id)?.type ?? "directory");
    sizes.set(id, { type, bytes: (sizes.get(id)?.bytes ?? 0) + (line.type === "file" ? line.size : 0) });
  }
  return { sizes, present };
}
