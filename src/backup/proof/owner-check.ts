import { join } from "node:path";
import { checkOwners, type PlacedTree } from "../../disk/owner-check.ts";
import type { Placement } from "../../disk/plan.ts";
import type { Context } from "../context.ts";
import type { Check } from "../restore-reports.ts";
import type { RestorePlan } from "../restore-plan.ts";

/** Whose everything is now, seen by walking it. */
export function ownerCheck({ placement, owner }: RestorePlan, { uid, gid }: Context): Check {
  const isGiven = uid === 0 || owner.gid !== gid;
  const { entries, wrong, examples } = checkOwners(placedTrees(placement), {
    uid: owner.uid,
    gid: isGiven ? owner.gid : null,
  });
  const name = `${owner.user ?? owner.uid}:${owner.group ?? owner.gid}`;
  return {
    name: "owner",
    ok: wrong === 0,
    detail:
      wrong === 0
        ? `${entries} entries belong to ${name}, and nothing private is open to others`
        : `${wrong} of ${entries} entries do not belong to ${name} alone: ${examples.join(", ")}`,
  };
}

export function isPrivateRoot(id: string): boolean {
  return !id.startsWith("workspace.");
}

function placedTrees({ roots, tops }: Placement): PlacedTree[] {
  return roots.flatMap(({ id, stagedIn, below }): PlacedTree[] => {
    const top = tops.find((one) => one.id === stagedIn)!;
    const path = join(top.realTarget, below);
    const isPrivate = isPrivateRoot(id);
    if (top.pieces !== undefined)
      return top.pieces.map((piece) => ({ path: join(path, piece.path), isPrivate, except: [] }));
    const others = roots.filter((other) => other.stagedIn === stagedIn && other.id !== id);
    return [
      {
        path,
        isPrivate,
        except: [
          ...others.map((other) => join(top.realTarget, other.below)),
          ...top.carried.map((stay) => join(top.realTarget, stay.path)),
        ],
      },
    ];
  });
}
