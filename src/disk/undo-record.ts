import { readdirSync, renameSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { type Journal, type MoveStep, journalName, removeIfThere, runningName } from "./journal.ts";
import type { Pins } from "./pins.ts";
import { timeStamp, undoneName, undoRecordOf } from "./places.ts";
import type { PlannedStep } from "./promote.ts";

/** Whether something of before is kept that could be put back. */
export function isUndoable({ targets }: Journal): boolean {
  return targets.some(({ replaced }) => replaced !== null);
}

/** Turns the staging directory of a finished restore into the record that `--undo` goes by: nothing but its journal. */
export function keepRecord(stagingDir: string, journal: Journal, pins: Pins): void {
  const { base } = pins.pin(stagingDir);
  removeIfThere(`${base}/${runningName}`);
  const names = readdirSync(pins.pin(dirname(stagingDir)).base);
  const record = undoRecordOf(stagingDir, new Date(journal.startedAt), names);
  renameSync(pins.at(stagingDir), pins.at(record));
}

/** Removes a record: a directory with a journal and nothing else. */
export function removeRecord(path: string, pins: Pins): void {
  removeIfThere(`${pins.pin(path).base}/${journalName}`);
  rmdirSync(pins.at(path));
}

/** What `--undo` puts where. */
export interface UndonePlace {
  readonly path: string;
  /** Where what stands there now goes; null where nothing does. */
  readonly undone: string | null;
  /** What comes back; null where nothing was before the restore. */
  readonly restored: string | null;
}

export interface UndoPlan {
  readonly places: readonly UndonePlace[];
  readonly steps: readonly PlannedStep[];
}

/**
 * The steps that take a restore back, the last target first: what was carried over goes back into the old tree, the
 * restored tree is put aside, never deleted, and the old one is put in its place. `isThere` tells what still exists.
 */
export function planUndo(journal: Journal, now: Date, isThere: (path: string) => boolean): UndoPlan {
  const moves = journal.steps.filter((step) => step.kind !== "make-directory");
  const placed = moves.filter(({ kind }) => kind === "place").toReversed();
  const plans = placed.map((place) => undoOne(place.to, moves, { now, isThere }));
  return { places: plans.map(({ place }) => place), steps: plans.flatMap(({ steps }) => steps) };
}

function undoOne(
  target: string,
  moves: readonly MoveStep[],
  { now, isThere }: { now: Date; isThere: (path: string) => boolean },
): { place: UndonePlace; steps: PlannedStep[] } {
  const old = moves.find(({ kind, from }) => kind === "put-aside" && from === target)?.to ?? null;
  const undone = isThere(target) ? undoneName(target, timeStamp(now), isThere) : null;
  const carried = moves.filter(({ kind, from }) => kind === "carry" && from.startsWith(`${target}/`));
  const back = carried.flatMap(({ from }): PlannedStep[] => {
    const to = old === null ? "" : join(old, from.slice(target.length + 1));
    return old !== null && isThere(from) && !isThere(to) ? [{ kind: "carry", from, to }] : [];
  });
  return {
    place: { path: target, undone, restored: old },
    steps: [
      ...back,
      ...(undone === null ? [] : [{ kind: "put-aside" as const, from: target, to: undone }]),
      ...(old === null ? [] : [{ kind: "place" as const, from: old, to: target }]),
    ],
  };
}
