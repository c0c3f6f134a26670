import { join } from "node:path";

import { isWithin } from "./places.ts";
import type { InspectedTop, Refusal } from "./refusals.ts";

/** An entry would take with it what lies in its place and is none of it: a workspace in a folder of the state dir. */
export function holdsWhatStays({ root: { id, pieces = [] }, facts }: InspectedTop): Refusal | undefined {
  const held = facts.staying.find((path) => pieces.some((piece) => isWithin(piece, path)));
  if (held === undefined) return undefined;
  const stays = join(facts.target, held);
  return {
    code: "collision",
    message: `${stays} lies in what was selected of ${id}, and was not selected`,
    hint: "select what lies beside it (ocbak ls shows the paths), or that as well and restore one after the other",
  };
}

/** What lies above an entry is no folder of the tree that is there. */
export function isBlocked({ facts }: InspectedTop): Refusal | undefined {
  const blocked = facts.pieces.find(({ blockedBy }) => blockedBy !== null);
  if (blocked === undefined) return undefined;
  return {
    code: "target-unfit",
    message: `${join(facts.target, blocked.blockedBy!)} is no directory, so ${blocked.path} cannot be put into it`,
    hint: "move it away, or restore the whole folder with --only",
  };
}
