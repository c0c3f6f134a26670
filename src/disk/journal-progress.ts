import { lstatSync } from "node:fs";

import type { Journal, MoveStep } from "./journal.ts";
import { Pins } from "./pins.ts";

/**
 * How far a promotion came. `staging`: nothing was moved; `unclear`: what was to be moved next lies neither where it was
 * nor where it was to go.
 */
export type Progress = "staging" | "interrupted" | "done" | "unclear";

export function progressOf(journal: Journal): Progress {
  const moves = movesOf(journal);
  const next = moves[doneMovesOf(journal).length];
  if (next === undefined) return "done";
  if (inodeAt(next.from) !== next.inode) return "unclear";
  return next === moves[0] ? "staging" : "interrupted";
}

/** Steps are done in order: all up to the last whose inode is where it was to go. */
export function doneMovesOf(journal: Journal): MoveStep[] {
  const moves = movesOf(journal);
  return moves.slice(0, moves.findLastIndex((move) => inodeAt(move.to) === move.inode) + 1);
}

function movesOf({ steps }: Journal): MoveStep[] {
  return steps.filter((step) => step.kind !== "make-directory");
}

/** With pins of its own: a directory that was pinned under a path keeps its name there after it was moved. */
export function inodeAt(path: string): string | undefined {
  try {
    using pins = new Pins();
    const stat = lstatSync(pins.at(path), { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? undefined : String(stat.ino);
  } catch {
    // Its folder is not there, or no longer the one it was.
    return undefined;
  }
}
