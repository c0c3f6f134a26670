import { lstatSync } from "node:fs";

import type { Journal, MoveStep } from "./journal.ts";
import { Pins } from "./pins.ts";

/**
 * How far a promotion came. `staging`: nothing was moved; `unclear`: what was to be moved next lies neither where it was
 * nor where it was to go.
 */
export type Progress = "staging" | "interrupted" | "done" | "unclear";

export function progressOf(journal: Journal): Progress {
  // What was carried over lies in a tree that is moved in its turn: only the moves of whole trees can be told by their places.
  const moves = movesOf(journal).filter(({ kind }) => kind !== "carry");
  const last = moves.at(-1);
  // Of what is in its place something may have been written anew since: it is done all the same.
  if ((last === undefined || isDone(last)) && !moves.some(isStillToDo)) return "done";
  if (moves.some((move) => !isDone(move) && inodeAt(move.from) !== move.inode)) return "unclear";
  return movesOf(journal).some(isDone) ? "interrupted" : "staging";
}

/** Whether what was to be moved is where it was to go. A power cut may have kept a later step and lost an earlier one. */
export function isDone({ to, inode }: MoveStep): boolean {
  return inodeAt(to) === inode;
}

function isStillToDo(move: MoveStep): boolean {
  return !isDone(move) && inodeAt(move.from) === move.inode;
}

export function movesOf({ steps }: Journal): MoveStep[] {
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
