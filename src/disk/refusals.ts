import { join } from "node:path";

import { strangeLink, unsafeAncestor } from "./ancestor-refusals.ts";
import { DiskError, type DiskErrorCode } from "./errors.ts";
import type { TargetFacts } from "./inspect-target.ts";
import { asideFor, isWithin } from "./places.ts";
import { holdsWhatStays, isBlocked } from "./piece-refusals.ts";
import type { Placement, PlacementOptions, RestoreRoot } from "./plan.ts";

/** Why a placement may not be carried out. */
export interface Refusal {
  readonly code: DiskErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** A top root with what was found at its place, and the roots inside it. */
export interface InspectedTop {
  readonly root: RestoreRoot;
  readonly facts: TargetFacts;
  readonly nested: readonly RestoreRoot[];
}

/** Throws the first refusal as a DiskError. */
export function assertPlaceable(placement: Placement): void {
  const [first] = placement.refusals;
  if (first !== undefined) throw new DiskError(first.code, first.message, { hint: first.hint });
}

export function refusalsOfTops(tops: readonly InspectedTop[], options: PlacementOptions): Refusal[] {
  const single = tops.flatMap((top) => refusalsOfTop(top, options));
  return [...single, ...spaceRefusals(tops)];
}

/** A rule: what speaks against one top root, or nothing. */
type Rule = (top: InspectedTop, options: PlacementOptions) => Refusal | undefined;

function refusalsOfTop(top: InspectedTop, options: PlacementOptions): Refusal[] {
  return rules.map((rule) => rule(top, options)).filter((refusal) => refusal !== undefined);
}

const rules: readonly Rule[] = [
  holdsHome,
  sharesTarget,
  isLink,
  isNoTree,
  isMounted,
  holdsWhatStays,
  isBlocked,
  alreadyThere,
  asideTooLong,
  anchorUnfit,
  cannotBeMoved,
  unsafeAncestor,
  strangeLink,
];

function holdsHome({ facts }: InspectedTop, { facts: { homes } }: PlacementOptions): Refusal | undefined {
  const held = ["/", ...homes].find(
    (home) => isWithin(facts.target, home) || isWithin(facts.realTarget, home),
  );
  if (held === undefined) return undefined;
  return {
    code: "target-unfit",
    message: `${facts.target} is or holds ${held}, which a restore never replaces`,
    hint: "choose a directory of its own with --state-dir or --workspace",
  };
}

function sharesTarget({ root, facts, nested }: InspectedTop): Refusal | undefined {
  const twin = nested.find((other) => other.target === root.target);
  const inFile = root.type === "file" ? nested[0] : undefined;
  const other = twin ?? inFile;
  if (other === undefined) return undefined;
  return {
    code: "collision",
    message: `${root.id} and ${other.id} would both go to ${facts.target}`,
    hint: "give one of them another place with --state-dir or --workspace",
  };
}

function isLink({ root, facts }: InspectedTop): Refusal | undefined {
  if (facts.exists !== "symlink") return undefined;
  const there = placeFlag(root, facts.linksTo!);
  return {
    code: "target-unfit",
    message: `${facts.target} is a symbolic link to ${facts.linksTo}`,
    hint:
      there === undefined
        ? "remove the link first"
        : `restore to where it leads (${there}), or remove the link first`,
  };
}

/** How a person says that this root goes there; undefined for one that has no flag. */
function placeFlag({ id }: RestoreRoot, place: string): string | undefined {
  if (id === "state") return `--state-dir ${place}`;
  return id.startsWith("workspace.") ? `--workspace ${id.slice("workspace.".length)}=${place}` : undefined;
}

function isNoTree({ facts }: InspectedTop): Refusal | undefined {
  if (facts.exists !== "other") return undefined;
  return {
    code: "target-unfit",
    message: `${facts.target} is neither a directory nor a file`,
    hint: "move it away, or choose another place with --state-dir or --workspace",
  };
}

function isMounted({ root, facts }: InspectedTop): Refusal | undefined {
  const [mount] = facts.mounts;
  if (mount === undefined) return undefined;
  const isItself = mount === facts.realTarget;
  const elsewhere = placeFlag(root, "DIR");
  return {
    code: "target-unfit",
    message: `${facts.target} ${isItself ? "is a mount point" : `holds the mount point ${mount}`}, which cannot be replaced by a rename`,
    hint: [
      "unmount it first",
      ...(elsewhere
        ? [`or restore to a directory ${isItself ? "inside it" : "elsewhere"} (${elsewhere})`]
        : []),
    ].join(", "),
  };
}

function alreadyThere({ root, facts }: InspectedTop, { existing }: PlacementOptions): Refusal | undefined {
  if (existing === "put-aside") return undefined;
  const [there] =
    root.pieces === undefined
      ? inTheWayOf(root, facts)
      : facts.pieces.flatMap(({ replaces }) => replaces).map((path) => join(facts.target, path));
  if (there === undefined) return undefined;
  return {
    code: "target-exists",
    message: `${there} exists`,
    hint: "--replace puts it aside as <name>.before-ocbak-<time>; nothing is deleted",
  };
}

function inTheWayOf(root: RestoreRoot, { target, exists, sidecars }: TargetFacts): string[] {
  const tree = exists === "directory" || exists === "file" ? [target] : [];
  return [...tree, ...(root.type === "file" ? sidecars.map((ending) => target + ending) : [])];
}

function asideTooLong({ facts }: InspectedTop, { now }: PlacementOptions): Refusal | undefined {
  if (facts.exists === "no" || asideFor(facts.realTarget, now, facts.asides) !== undefined) return undefined;
  return {
    code: "target-unfit",
    message: `the name of ${facts.target} is too long to be put aside under a longer one`,
    hint: "rename it first",
  };
}

function anchorUnfit({ facts }: InspectedTop, { uid, owner }: PlacementOptions): Refusal | undefined {
  if (!facts.anchorIsDirectory) {
    return {
      code: "target-unfit",
      message: `${facts.anchor} is no directory, so nothing can be put below it`,
      hint: "choose another place with --home, --state-dir or --workspace",
    };
  }
  if (facts.anchorWritable) return undefined;
  return {
    code: "target-unfit",
    message: `${facts.anchor} cannot be written to`,
    hint: uid === 0 ? "the file system is mounted read-only, or the directory is immutable" : asRoot(owner),
  };
}

/** A tree whose directory stays the same is moved by who may write to that; what goes out of it is not. */
function cannotBeMoved(
  { root, facts }: InspectedTop,
  { uid, owner, existing }: PlacementOptions,
): Refusal | undefined {
  if (existing === "refuse") return undefined;
  const { target, closed, staying, fixed } = facts;
  const isClosed = closed === "to-writing" && (uid === 0 || staying.length > 0);
  const isMoved = root.pieces === undefined;
  const isStuck = closed === "altogether" || (isMoved && isClosed);
  const stuck = isStuck ? target : isMoved ? fixed.map((path) => join(target, path))[0] : undefined;
  if (stuck === undefined) return undefined;
  return {
    code: "target-unfit",
    message: `${stuck} cannot be changed by this user`,
    hint: uid === 0 ? "it is read-only or immutable (lsattr -d)" : asRoot(owner),
  };
}

function asRoot(owner: PlacementOptions["owner"]): string {
  return `choose another place, or run it as root: sudo … --owner ${owner.uid}`;
}

/** What a restore writes to one file system. */
export interface SpaceNeed {
  /** A directory on it. */
  readonly path: string;
  readonly neededBytes: number;
  readonly freeBytes: number;
}

/** Old trees are put aside and not deleted, so nothing becomes free. */
export function spaceNeeds(tops: readonly InspectedTop[]): SpaceNeed[] {
  return Array.from(Map.groupBy(tops, (top) => top.facts.device).values(), (group) => ({
    path: group[0]!.facts.anchor,
    neededBytes: group
      .flatMap((top) => [top.root, ...top.nested])
      .reduce((sum, root) => sum + (root.bytes ?? 0), 0),
    freeBytes: group[0]!.facts.freeBytes,
  }));
}

function spaceRefusals(tops: readonly InspectedTop[]): Refusal[] {
  return spaceNeeds(tops)
    .filter(({ neededBytes, freeBytes }) => neededBytes > freeBytes)
    .map(({ path, neededBytes, freeBytes }) => ({
      code: "no-space",
      message: `${neededBytes} bytes are needed on the file system of ${path}, ${freeBytes} are free`,
      hint: "free some space there, or choose a place on another file system",
    }));
}
