import { join } from "node:path";

import { DiskError, type DiskErrorCode } from "./errors.ts";
import type { TargetFacts } from "./inspect-target.ts";
import { asideFor, isWithin } from "./places.ts";
import type { AncestorFacts, PassedLink } from "./resolve-path.ts";
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
  alreadyThere,
  asideTooLong,
  anchorUnfit,
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

function isLink({ facts }: InspectedTop): Refusal | undefined {
  if (facts.exists !== "symlink") return undefined;
  return {
    code: "target-unfit",
    message: `${facts.target} is a symbolic link to ${facts.linksTo}`,
    hint: `restore to where it leads (--state-dir ${facts.linksTo}), or remove the link first`,
  };
}

function isNoTree({ facts }: InspectedTop): Refusal | undefined {
  if (facts.exists !== "other") return undefined;
  return {
    code: "target-unfit",
    message: `${facts.target} is neither a directory nor a file`,
    hint: "move it away, or choose another place with --state-dir or --workspace",
  };
}

function isMounted({ facts }: InspectedTop): Refusal | undefined {
  const [mount] = facts.mounts;
  if (mount === undefined) return undefined;
  const inside = mount === facts.realTarget ? "is a mount point" : `holds the mount point ${mount}`;
  return {
    code: "target-unfit",
    message: `${facts.target} ${inside}, which cannot be replaced by a rename`,
    hint: `unmount it first, or restore to a directory inside it with --state-dir`,
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
    hint:
      uid === 0
        ? "the file system is mounted read-only, or the directory is immutable"
        : `choose another place, or run it as root: sudo … --owner ${owner.uid}`,
  };
}

function unsafeAncestor({ facts }: InspectedTop, options: PlacementOptions): Refusal | undefined {
  const unsafe = facts.ancestors.find((ancestor) => mayBeSwapped(ancestor, options));
  if (unsafe === undefined) return undefined;
  return {
    code: "unsafe-ancestor",
    message: `${unsafe.path} can be changed by users other than the owner and root, so what is restored below it could be exchanged`,
    hint: `take the right to write away from others (chmod go-w ${unsafe.path}), or choose another place`,
  };
}

/**
 * Root follows a link on the way only where root alone could have put it there, or where it leads to a directory of the
 * owner's: else a user could make root write, in that user's name, where the user cannot.
 */
function strangeLink({ facts }: InspectedTop, options: PlacementOptions): Refusal | undefined {
  const { owner, uid } = options;
  const endsAtOwners = owner.uid !== 0 && facts.ancestors.at(-1)?.uid === owner.uid;
  const strange = facts.links.find(
    (link) => mayBeSwapped(link.directory, options) || (uid === 0 && !endsAtOwners && !isRoots(link)),
  );
  if (strange === undefined) return undefined;
  return {
    code: "unsafe-ancestor",
    message: `the way to ${facts.target} leads through the link ${strange.path}, which is not root's, to ${facts.anchor}`,
    hint: `name the real place instead: ${facts.realTarget}`,
  };
}

function isRoots({ uid, directory }: PassedLink): boolean {
  const onlyRootWrites = (directory.mode & 0o022) === 0 || (directory.mode & 0o1000) !== 0;
  return uid === 0 && directory.uid === 0 && onlyRootWrites;
}

/**
 * Whether somebody else may rename what lies in a directory. The sticky bit (as on /tmp) prevents it; the owner's own
 * primary group counts as the owner (homes with umask 002 have mode 0775). A directory of a third user matters only to root,
 * who would write there what that user cannot.
 */
function mayBeSwapped(ancestor: AncestorFacts, { owner, uid }: PlacementOptions): boolean {
  const foreign = ancestor.uid !== 0 && ancestor.uid !== owner.uid;
  if (foreign && uid === 0) return true;
  if ((ancestor.mode & 0o1000) !== 0) return false;
  const byOthers = (ancestor.mode & 0o002) !== 0;
  const byGroup = (ancestor.mode & 0o020) !== 0 && ancestor.gid !== 0 && ancestor.gid !== owner.gid;
  return byOthers || byGroup;
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
