import { randomUUID } from "node:crypto";
import { lstatSync, readdirSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { type Journal, readJournal } from "./journal.ts";
import { stagingDirIn } from "./places.ts";
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
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    // No such folder, or none that may be listed: then nothing is known of it.
  }
  const targets = names.flatMap((name) => /^\.(.+)\.ocbak-(?:undo|staging)-[^.]*$/.exec(name)?.[1] ?? []);
  return [...new Set(targets)].map((name) => join(folder, name));
}

/**
 * The last restore on record whose old trees are still there, of those that `uid` made. Undefined where there is none.
 * What another user made, or somebody changed, is passed over.
 */
export function lastRecord(paths: readonly string[], uid: number): UndoRecord | undefined {
  const records = paths.flatMap((path) => readRecord(path, uid));
  return records
    .filter(({ journal }) => journal.targets.every(({ replaced }) => replaced === null || isThere(replaced)))
    .toSorted((a, b) => Date.parse(a.journal.startedAt) - Date.parse(b.journal.startedAt))
    .at(-1);
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
      const directory = stagingDirIn(dirname(place), place, options.suffix);
      made.set(directory, makeStagingDir(directory, setting));
    }
    const { archiveId } = record.journal;
    await carryOutJournal(
      {
        format: "ocbak-restore-journal-1",
        id: randomUUID(),
        startedAt: options.now.toISOString(),
        archiveId,
        stagingDirs: [...made.keys()],
        // Nothing of it is to be undone again.
        targets: record.journal.targets.map((target) => ({ ...target, replaced: null })),
        steps: identified(plan.steps, pins),
      },
      setting,
    );
    for (const path of recordsOf(record)) removeRecord(path, pins);
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
    if (!journal.targets.some(({ replaced }) => replaced !== null && isThere(replaced)))
      removeRecord(path, pins);
  }
}

function removeEmptyFolders(folder: string): void {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  const names = readdirSync(folder, { encoding: "buffer" });
  if (names.some((name) => !name.equals(Buffer.from(name.toString())))) return;
  for (const name of names) removeEmptyFolders(join(folder, name.toString()));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** One lies beside each of its targets. */
function recordsOf({ path, journal }: UndoRecord): string[] {
  const folders = new Set([path, ...journal.stagingDirs].map((directory) => dirname(directory)));
  return [...folders].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.includes(".ocbak-undo-"))
      .map((name) => join(folder, name))
      .filter((other) => readRecord(other, lstatSync(path).uid)[0]?.journal.id === journal.id),
  );
}

function readRecord(path: string, uid: number): UndoRecord[] {
  try {
    const stat = lstatSync(path);
    if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o777) !== 0o700) return [];
    using pins = new Pins();
    const journal = readJournal(pins.pin(path).base);
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
