import { isWithin, asideFor, below, stagingDirIn } from "./places.ts";
import type { DiskFacts, TargetFacts } from "./inspect-target.ts";
import { refusalsOfTops, type Refusal, type SpaceNeed, spaceNeeds } from "./refusals.ts";

export interface RestoreRoot {
  readonly id: string;
  /** Where the root was when it was captured; data for reports, never a place to write to. */
  readonly sourcePath: string | null;
  /** Where it shall be: absolute, normalized. */
  readonly target: string;
  readonly type: "directory" | "file";
  /** Content bytes to be written; decides whether there is room. */
  readonly bytes?: number;
  /** What is none of the archive's: where a tree that is put aside has it, it goes into the new one. */
  readonly stays?: readonly Stay[];
  /** Only these of its entries, relative to it, none inside another one. Undefined: the whole root. */
  readonly pieces?: readonly string[];
}

/** Something that belongs to the machine, or was not asked for. */
export interface Stay {
  /** Relative to the root. */
  readonly path: string;
  /** The folders above it that the archive does not have, outermost first. */
  readonly parents: readonly string[];
}

export interface PlacementOptions {
  readonly facts: DiskFacts;
  /** Whether an existing target may be put aside. */
  readonly existing: "refuse" | "put-aside";
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Effective user of this process. */
  readonly uid: number;
  readonly now: Date;
  /** Random part of the staging directories' names: letters and digits. */
  readonly suffix: string;
}

/** Where one root is built: in the staging tree of the top root that holds it. */
export interface PlacedRoot {
  readonly id: string;
  readonly target: string;
  /** Id of the top root, its own for a top root. */
  readonly stagedIn: string;
  /** Relative path inside the top root's tree, empty for a top root. */
  readonly below: string;
}

/** A root that no other root holds: staged and promoted as one. */
export interface PlacedTop {
  readonly id: string;
  readonly target: string;
  /** The same place without links among its ancestors; all work is done on real paths. */
  readonly realTarget: string;
  /** The existing directory that staging lies in. */
  readonly anchor: string;
  /** To be made at promotion, outermost first (real paths). */
  readonly missingParents: readonly string[];
  readonly stagingDir: string;
  /** Where what is at the target now is put; null where nothing is there. */
  readonly asideName: string | null;
  /** Whether something stands at the target itself. */
  readonly replacesTree: boolean;
  /** Endings of what lies beside a database that is replaced, and is put aside with it: the new one must not meet them. */
  readonly sidecars: readonly string[];
  /** What goes from the tree that is put aside into the new one. */
  readonly carried: readonly Stay[];
  /** Not the tree as one, but these entries of it, each into the tree that is there. */
  readonly pieces?: readonly PlacedPiece[];
}

/** All paths are relative to the root. */
export interface PlacedPiece {
  readonly path: string;
  /** What is put aside for it: what is there, and the log and locks of a database that would meet another one. */
  readonly replaces: readonly string[];
  /** Folders to be made above it, outermost first. */
  readonly missingParents: readonly string[];
  /** What stands above it and is no folder; null where there is no such thing. */
  readonly blockedBy: string | null;
}

export interface Placement {
  readonly roots: readonly PlacedRoot[];
  readonly tops: readonly PlacedTop[];
  /** Empty for a placement that may be carried out. */
  readonly refusals: readonly Refusal[];
  /** Of each file system that is written to. */
  readonly space: readonly SpaceNeed[];
}

/** Decides where every root is built and promoted to, and what speaks against it. Pure. */
export function planPlacement(roots: readonly RestoreRoot[], options: PlacementOptions): Placement {
  const holders = new Map(roots.map((root) => [root, holderOf(root, roots, options.facts)]));
  const tops = roots.filter((root) => holders.get(root) === root);
  const inspected = tops.map((root) => ({
    root,
    facts: factsOf(root, options.facts),
    nested: roots.filter((other) => other !== root && holders.get(other) === root),
  }));
  return {
    roots: roots.map((root) => placeRoot(root, holders.get(root)!)),
    tops: withOwnStaging(tops.map((root) => placeTop(root, options))),
    refusals: refusalsOfTops(inspected, options),
    space: spaceNeeds(inspected),
  };
}

/** Two targets of one name, whose parents are both to be made, are staged in the same folder. */
function withOwnStaging(tops: readonly PlacedTop[]): PlacedTop[] {
  const names = new Map<string, number>();
  return tops.map((top) => {
    const count = (names.get(top.stagingDir) ?? 0) + 1;
    names.set(top.stagingDir, count);
    return count === 1 ? top : { ...top, stagingDir: `${top.stagingDir}-${count}` };
  });
}

/** The outermost root whose target holds this one's, itself where none does; equal targets go to the first. */
function holderOf(root: RestoreRoot, roots: readonly RestoreRoot[], facts: DiskFacts): RestoreRoot {
  return roots
    .filter((other) => holds(other, root, facts))
    .reduce((a, b) => (holds(b, a, facts) && !holds(a, b, facts) ? b : a));
}

function holds(outer: RestoreRoot, inner: RestoreRoot, facts: DiskFacts): boolean {
  // What goes into a tree piece by piece is nobody's tree.
  if (outer !== inner && (outer.pieces !== undefined || inner.pieces !== undefined)) return false;
  const real = isWithin(factsOf(outer, facts).realTarget, factsOf(inner, facts).realTarget);
  return real || isWithin(outer.target, inner.target);
}

function factsOf(root: RestoreRoot, facts: DiskFacts): TargetFacts {
  const found = facts.targets.get(root.target);
  if (found === undefined) throw new TypeError(`target ${root.target} was not inspected`);
  return found;
}

function placeRoot(root: RestoreRoot, holder: RestoreRoot): PlacedRoot {
  return { id: root.id, target: root.target, stagedIn: holder.id, below: below(holder.target, root.target) };
}

function placeTop(root: RestoreRoot, { facts, now, suffix }: PlacementOptions): PlacedTop {
  const found = factsOf(root, facts);
  const { realTarget, anchor, missingParents, exists, asides, staying, pieces } = found;
  const isReplaced = exists === "directory" && root.type === "directory";
  const sidecars = root.type === "file" ? found.sidecars : [];
  const putsAside =
    root.pieces === undefined
      ? exists !== "no" || sidecars.length > 0
      : pieces.some(({ replaces }) => replaces.length > 0);
  return {
    id: root.id,
    target: root.target,
    realTarget,
    anchor,
    missingParents:
      root.pieces !== undefined && exists === "no" ? [...missingParents, realTarget] : missingParents,
    stagingDir: stagingDirIn(anchor, realTarget, suffix),
    asideName: putsAside ? (asideFor(realTarget, now, asides) ?? null) : null,
    ...(root.pieces !== undefined && { pieces }),
    replacesTree: root.pieces === undefined && exists !== "no",
    sidecars,
    carried: isReplaced ? (root.stays ?? []).filter(({ path }) => staying.includes(path)) : [],
  };
}
