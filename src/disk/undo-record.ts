import { lstatSync, readdirSync, renameSync, rmdirSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";

import { sidecarSuffixes } from "./database-family.ts";
import { type Journal, type MoveStep, journalName, removeIfThere, runningName } from "./journal.ts";
import { movesOf } from "./journal-progress.ts";
import type { Pins } from "./pins.ts";
import {
  below,
  foldersAbove,
  isWithin,
  stagedTreeName,
  timeStamp,
  undoneName,
  undoRecordOf,
} from "./places.ts";
import { eachPlaceOnce, makeFolder, type PlannedStep } from "./promote.ts";
import { removeContents } from "./remove-tree.ts";

/** Whether something of before is kept that could be put back. */
export function isUndoable({ targets }: Journal): boolean {
  return targets.some(({ replaced }) => replaced !== null);
}

/** Turns the staging directory of a finished restore into the record that `--undo` goes by: nothing but its journal. */
export function keepRecord(stagingDir: string, journal: Journal, pins: Pins): void {
  const { base } = pins.pin(stagingDir);
  removeIfThere(`${base}/${runningName}`);
  removeRest(`${base}/${stagedTreeName}`);
  const names = readdirSync(pins.pin(dirname(stagingDir)).base);
  const record = undoRecordOf(stagingDir, new Date(journal.startedAt), names);
  renameSync(pins.at(stagingDir), pins.at(record));
}

/** Of a tree that was put in place piece by piece, the folders above the pieces are left. */
function removeRest(tree: string): void {
  const stat = lstatSync(tree, { throwIfNoEntry: false });
  if (stat === undefined) return;
  // The second name of a file that was put in place: it was killed between the two.
  if (!stat.isDirectory()) return unlinkSync(tree);
  removeContents(Buffer.from(tree));
  rmdirSync(tree);
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
 * The steps that take a restore back, the last first: what was carried over goes back into the old tree, what was restored
 * is put aside, never deleted, and the old is put in its place. `isThere` tells what still exists.
 */
export function planUndo(journal: Journal, now: Date, isThere: (path: string) => boolean): UndoPlan {
  const stamp = timeStamp(now);
  const tops = journal.targets.map(({ place }) => ({ place, undone: undoneName(place, stamp, isThere) }));
  const moves = movesOf(journal);
  const changes = changedPlaces(moves, isThere).map((path): Change => {
    const top =
      tops.find(({ place }) => isWithin(place, path)) ?? tops.find(({ place }) => path.startsWith(place))!;
    const old = moves.find(({ kind, from }) => kind === "put-aside" && from === path)?.to;
    return {
      path,
      top,
      undone: isThere(path) ? top.undone + path.slice(top.place.length) : null,
      restored: old !== undefined && isThere(old) ? old : null,
    };
  });
  const carried = moves.filter(({ kind }) => kind === "carry").map(({ from }) => from);
  return {
    places: changes.map(({ path, undone, restored }) => ({ path, undone, restored })),
    steps: eachPlaceOnce(
      changes.flatMap((change) => [
        ...carriedBack(change, carried, isThere),
        ...foldersFor(change, isThere),
        ...(change.undone === null ? [] : [move("put-aside", change.path, change.undone)]),
        ...(change.restored === null ? [] : [move("place", change.restored, change.path)]),
      ]),
    ),
  };
}

interface Change extends UndonePlace {
  /** The target that it is or lies in, and where all of that goes. */
  readonly top: { readonly place: string; readonly undone: string };
}

/** Every place that the restore changed, the last first; with the logs of new databases, which must not meet the old ones. */
function changedPlaces(moves: readonly MoveStep[], isThere: (path: string) => boolean): string[] {
  const changed = moves.toReversed().flatMap(({ kind, from, to }) => {
    if (kind === "place") return [to, ...sidecarSuffixes.map((suffix) => to + suffix).filter(isThere)];
    return kind === "put-aside" ? [from] : [];
  });
  return [...new Set(changed)];
}

function carriedBack(
  { path, restored }: Change,
  carried: readonly string[],
  isThere: (path: string) => boolean,
): PlannedStep[] {
  if (restored === null) return [];
  return carried
    .filter((from) => isWithin(path, from) && isThere(from) && !isThere(restored + from.slice(path.length)))
    .map((from) => move("carry", from, restored + from.slice(path.length)));
}

/** A piece of a tree is put aside in a tree of its own; folders above it in the live tree may have gone since. */
function foldersFor(
  { path, undone, restored, top }: Change,
  isThere: (path: string) => boolean,
): PlannedStep[] {
  if (path === top.place || !isWithin(top.place, path)) return [];
  const above = (tree: string): string[] => foldersAbove(tree, below(top.place, path));
  return [
    ...(undone === null ? [] : above(top.undone)),
    ...(restored === null ? [] : above(top.place).filter((folder) => !isThere(folder))),
  ].map((folder) => makeFolder(folder, 0o700));
}

function move(kind: MoveStep["kind"], from: string, to: string): PlannedStep {
  return { kind, from, to };
}
