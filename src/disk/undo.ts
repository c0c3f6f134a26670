import { randomUUID } from "node:crypto";
import { lstatSync, readdirSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";

import type { TargetFacts } from "./inspect-target.ts";
import { type Journal, type MoveStep, readJournal } from "./journal.ts";
import { inodeAt, movesOf } from "./journal-progress.ts";
import { pinOwnDirectory } from "./own-directory.ts";
import { isWithin, stagingDirIn, undoPrefix } from "./places.ts";
import { Pins } from "./pins.ts";
import { carryOutJournal, identified, type PromoteOptions } from "./promote.ts";
import { makeStagingDir, removeStagingDirs, type StagingDir, type StagingSetting } from "./staging.ts";
import { planUndo, removeRecord, type UndoPlan } from "./undo-record.ts";

/** A finished restore that can be taken back. */
export interface UndoRecord {
  /** Its directory (real path). */
  readonly path: string;
  readonly journal: Journal;
}

/** The targets in a folder that earlier restores have something left for: a record, or a staging directory. */
export function targetsOnRecord(folder: string): string[] {
  const targets = namesIn(folder).flatMap(
    (name) => /^\.(.+)\.ocbak-(?:undo|staging)-[^.]*$/.exec(name)?.[1] ?? [],
  );
  return [...new Set(targets)].map((name) => join(folder, name));
}

/**
 * The last restore on record whose old trees are still there, of those that `uid` made. Undefined where there is none.
 * What another user made, or somebody changed, is passed over.
 */
export function lastRecord(
  targets: readonly Pick<TargetFacts, "realTarget" | "undoRecords">[],
  uid: number,
): UndoRecord | undefined {
  const records = targets.flatMap(({ realTarget, undoRecords }) =>
    undoRecords.flatMap((path) => readRecord(path, uid)).filter((record) => isOf(realTarget, record)),
  );
  const kept = records.filter(({ journal }) =>
    journal.targets.every((target) => target.replaced === null || keeps(journal, target)),
  );
  return kept
    .filter(({ journal }) => !kept.some((other) => hasReplaced(other.journal, journal)))
    .toSorted((a, b) => Date.parse(a.journal.startedAt) - Date.parse(b.journal.startedAt))
    .at(-1);
}

/** Records lie above the target where its folders were not there; another one of the same name may be theirs. */
function isOf(realTarget: string, { journal }: UndoRecord): boolean {
  return journal.targets.some(
    ({ place }) => dirname(place) === dirname(realTarget) && undoPrefix(place) === undoPrefix(realTarget),
  );
}

/** Whether something of what was put aside for a target is still there. */
function keeps(journal: Journal, { replaced }: Journal["targets"][number]): boolean {
  return asides(journal).some(({ to }) => replaced !== null && isWithin(replaced, to) && isThere(to));
}

/** Whether a restore put aside what another one had placed: it came after it, whatever the clock said. */
function hasReplaced(later: Journal, earlier: Journal): boolean {
  const placed = new Map(
    movesOf(earlier).flatMap(({ kind, to, inode }) => (kind === "place" ? [[to, inode]] : [])),
  );
  return asides(later).some(({ from, inode }) => placed.get(from) === inode);
}

function asides(journal: Journal): MoveStep[] {
  return movesOf(journal).filter(({ kind }) => kind === "put-aside");
}

export function planUndoOf({ journal }: UndoRecord, now: Date): UndoPlan {
  return planUndo(journal, now, isThere);
}

export interface UndoOptions extends Omit<StagingSetting, "pins">, Omit<PromoteOptions, "pins"> {
  /** Random part of the staging directories' names. */
  readonly suffix: string;
}

/** Takes a restore back, as {@link planUndo} says. It is a promotion like any other: with a journal, all or nothing. */
export async function undoRestore(record: UndoRecord, plan: UndoPlan, options: UndoOptions): Promise<void> {
  using pins = new Pins();
  const setting = { ...options, pins };
  const made = new Map<string, StagingDir>();
  try {
    for (const { place } of record.journal.targets) {
      const directory = stagingDirIn(nearestFolder(dirname(place)), place, options.suffix);
      if (!made.has(directory)) made.set(directory, makeStagingDir(directory, setting));
    }
    const { archiveId, startedAt } = record.journal;
    await carryOutJournal(
      {
        format: "ocbak-restore-journal-1",
        id: randomUUID(),
        startedAt: options.now.toISOString(),
        archiveId,
        undoes: startedAt,
        stagingDirs: [...made.keys()],
        // Nothing of it is to be undone again.
        targets: record.journal.targets.map((target) => ({ ...target, replaced: null })),
        steps: identified(plan.steps, pins),
      },
      setting,
    );
    for (const path of recordsOf(record, options.uid)) removeRecord(path, pins);
    // What was put aside piece by piece had folders made for it.
    for (const { replaced } of record.journal.targets) if (replaced !== null) removeEmptyFolders(replaced);
  } finally {
    removeStagingDirs(made, pins);
  }
  pins.sync();
}

/** Removes records of which nothing is left that could be put back. */
export function removeVoidRecords(paths: readonly string[], uid: number): void {
  using pins = new Pins();
  for (const { path, journal } of paths.flatMap((one) => readRecord(one, uid))) {
    if (journal.targets.some((target) => keeps(journal, target))) continue;
    removeRecord(path, pins);
    for (const { replaced } of journal.targets) if (replaced !== null) removeEmptyFolders(replaced);
  }
}

/** The one above may have gone since. */
function nearestFolder(folder: string): string {
  return isThere(folder) ? folder : nearestFolder(dirname(folder));
}

function removeEmptyFolders(folder: string): void {
  if (inodeAt(folder) === undefined) return;
  using pins = new Pins();
  const place = pins.at(folder);
  if (!lstatSync(place).isDirectory()) return;
  const { base } = pins.pin(folder);
  const names = readdirSync(base, { encoding: "buffer" });
  if (names.some((name) => !name.equals(Buffer.from(name.toString())))) return;
  for (const name of names) removeEmptyFolders(join(folder, name.toString()));
  if (readdirSync(base).length === 0) rmdirSync(place);
}

/** One lies beside each of its targets. */
function recordsOf({ path, journal }: UndoRecord, uid: number): string[] {
  const folders = new Set([path, ...journal.stagingDirs].map((directory) => dirname(directory)));
  return [...folders].flatMap((folder) =>
    namesIn(folder)
      .filter((name) => name.includes(".ocbak-undo-"))
      .map((name) => join(folder, name))
      .filter((other) => readRecord(other, uid)[0]?.journal.id === journal.id),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No such folder, or none that may be listed: then nothing is known of it.
    return [];
  }
}

function readRecord(path: string, uid: number): UndoRecord[] {
  try {
    using pins = new Pins();
    const journal = readJournal(pinOwnDirectory(path, uid, pins).base);
    return journal === undefined ? [] : [{ path, journal }];
  } catch {
    // Gone, or not what ocbak writes: then it is no record of ours.
    return [];
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Its folder is closed to us, or no folder any more: then it cannot be put back either.
    return false;
  }
}
