import type { EntryPath } from "../../format/entry-path.ts";
import { isAtOrBelow } from "../open.ts";
import { type Change, type PairOptions, comparePair, statusChange } from "./compare-pair.ts";
import type { ComparedEntry, Side } from "./compared-entry.ts";
import type { RowDifference } from "./database-copy.ts";
import { type Pair, pairsOf } from "./pairs.ts";

/** What a comparison found at one path. */
export type Finding = { readonly path: EntryPath } & (
  | { readonly kind: "same" }
  /** Only one side has it, and of the other a part is sealed and no key was given. */
  | { readonly kind: "untold" }
  | { readonly kind: "not-compared"; readonly reason: string }
  | { readonly kind: "added" | "removed"; readonly type: ComparedEntry["type"] }
  | {
      readonly kind: "changed";
      readonly type: ComparedEntry["type"];
      readonly changes: readonly Change[];
      readonly database?: RowDifference;
    }
);

/**
 * Compares two sides entry by entry, in archive order, knowing nothing of where they come from. What neither has, and
 * what lies in a folder that one of them leaves out, is not mentioned.
 */
export async function* compareSides(left: Side, right: Side, options: PairOptions): AsyncGenerator<Finding> {
  const shadow = new Shadow(left, right);
  for await (const pair of pairsOf(left.entries, right.entries)) {
    options.signal.throwIfAborted();
    if (shadow.covers(pair)) continue;
    const finding = await judge(pair, { left, right }, options);
    if (finding !== undefined) yield finding;
  }
}

interface Sides {
  readonly left: Side;
  readonly right: Side;
}

async function judge(pair: Pair, sides: Sides, options: PairOptions): Promise<Finding | undefined> {
  const { path, left, right } = pair;
  if (left === undefined || right === undefined) return oneSided(pair, sides);
  if (left.absence?.kind === "left-out" && right.absence?.kind === "left-out") return undefined;
  const setAside = [
    isSetAside(left, sides.left) ? left : [],
    isSetAside(right, sides.right) ? right : [],
  ].flat()[0];
  const unseen = setAside ?? (left.absence === undefined ? undefined : right);
  if (unseen?.absence !== undefined) return { kind: "not-compared", path, reason: unseen.absence.reason };
  const { type } = right;
  if (left.absence !== undefined || right.absence !== undefined)
    return { kind: "changed", path, type, changes: [statusChange(left.absence, right.absence)] };
  const changed = await comparePair(left, right, options);
  if (changed === "gone") return { kind: "removed", path, type: left.type };
  return changed.changes.length === 0 ? { kind: "same", path } : { kind: "changed", path, type, ...changed };
}

function oneSided({ path, left, right }: Pair, sides: Sides): Finding | undefined {
  const entry = (left ?? right)!;
  const other = left === undefined ? sides.left : sides.right;
  if (entry.absence?.kind === "left-out") return undefined;
  if (!other.isWhole) return { kind: "untold", path };
  return { kind: left === undefined ? "added" : "removed", path, type: entry.type };
}

/** What a rule leaves out says nothing about the other side, unless it is the same rule on both. */
function isSetAside({ absence }: ComparedEntry, { leftOut }: Side): boolean {
  return absence?.kind === "left-out" && leftOut === "not-compared";
}

/** What lies in a folder that one side leaves out: the folder stands for it. */
class Shadow {
  readonly #sides: Sides;
  #left: EntryPath | undefined;
  #right: EntryPath | undefined;

  constructor(left: Side, right: Side) {
    this.#sides = { left, right };
  }

  covers({ path, left, right }: Pair): boolean {
    if (left !== undefined && isSetAside(left, this.#sides.left)) this.#left = path;
    if (right !== undefined && isSetAside(right, this.#sides.right)) this.#right = path;
    return (left === undefined && isIn(path, this.#left)) || (right === undefined && isIn(path, this.#right));
  }
}

function isIn(path: EntryPath, folder: EntryPath | undefined): boolean {
  return folder !== undefined && path !== folder && isAtOrBelow(path, folder);
}
