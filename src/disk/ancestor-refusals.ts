import type { PlacementOptions } from "./plan.ts";
import type { InspectedTop, Refusal } from "./refusals.ts";
import type { AncestorFacts, PassedLink } from "./resolve-path.ts";

/** Whether somebody else could exchange what is restored while root works on it, or afterwards. */
export function unsafeAncestor({ facts }: InspectedTop, options: PlacementOptions): Refusal | undefined {
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
export function strangeLink({ facts }: InspectedTop, options: PlacementOptions): Refusal | undefined {
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
