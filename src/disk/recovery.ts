import { lstatSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";

import { DiskError } from "./errors.ts";
import { diskError, messageOf } from "./io-error.ts";
import { type Journal, readJournal, readRunning } from "./journal.ts";
import { inodeAt, isDone, movesOf, progressOf } from "./journal-progress.ts";
import { isOwnDirectory, pinOwnDirectory } from "./own-directory.ts";
import { Pins } from "./pins.ts";
import { lifeOf, type Processes } from "../system/process-mark.ts";
import { moveStep } from "./promote-step.ts";
import { removeContents } from "./remove-tree.ts";
import { isUndoable, keepRecord } from "./undo-record.ts";

/** A staging directory of an earlier restore, still there. */
export interface Leftover {
  readonly path: string;
  /**
   * `staging`: it had not yet touched any target; `interrupted`: it was killed between the first and the last step;
   * `done`: all steps were taken; `unclear`: things do not lie where its journal has them; `foreign`: another user's, or
   * nothing that a restore of ours made.
   */
  readonly state: "staging" | "interrupted" | "done" | "running" | "unclear" | "foreign";
  readonly journal: Journal | undefined;
  /** For whom it was looked at. */
  readonly uid: number;
}

export interface RecoveryOptions {
  /** This process's user: only what it made itself is touched. */
  readonly uid: number;
  readonly processes: Processes;
}

/**
 * Tells what became of the restore that made a staging directory (real path). Reads only. A process that runs on
 * another host cannot be told from a dead one: that is `running`.
 */
export function inspectLeftover(path: string, { uid, processes }: RecoveryOptions): Leftover {
  const foreign: Leftover = { path, state: "foreign", journal: undefined, uid };
  try {
    const stat = lstatSync(path);
    if (!stat.isDirectory() || stat.uid !== uid) return foreign;
    using pins = new Pins();
    const pin = pins.pin(path);
    // What was opened, not what was there before: a user may exchange root's directory for one with a journal of theirs.
    if (!isOwnDirectory(pin, uid)) return foreign;
    const mark = readRunning(pin.base);
    const journal = readJournal(pin.base);
    if (mark !== undefined && lifeOf(mark, processes) !== "dead")
      return { path, state: "running", journal, uid };
    return { path, state: journal === undefined ? "staging" : progressOf(journal), journal, uid };
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && error.name === "ZodError")) return foreign;
    throw diskError(error, `looking at ${path}`);
  }
}

/**
 * Brings to an end what a killed restore began: one that had done everything only loses its staging directories (where it
 * put something aside, the journal stays as a record to undo it by); any other is undone step by step, so that every
 * target is as it was. Throws `target-unfit` where somebody has changed the places meanwhile; nothing is lost then.
 */
export function recover({ path, state, journal, uid }: Leftover): void {
  if (state === "foreign" || state === "running" || state === "unclear")
    throw new TypeError(`${path} is ${state}`);
  using pins = new Pins();
  pinOwnDirectory(path, uid, pins);
  if (state === "interrupted") undoMoves(journal!);
  const others = (journal?.stagingDirs ?? []).filter((directory) => directory !== path);
  const same = others.filter((directory) => isOfSameRestore(directory, { journal: journal!, uid, pins }));
  for (const directory of [path, ...same]) {
    if (state === "done" && isUndoable(journal!)) keepRecord(directory, journal!, pins);
    else removeStaging(directory, pins);
  }
  if (journal !== undefined && state !== "done") removeMadeParents(journal, pins);
  pins.sync();
}

function undoMoves(journal: Journal): void {
  for (const step of movesOf(journal).toReversed()) {
    const { kind, from, to, inode } = step;
    if (!isDone(step)) continue;
    try {
      using pins = new Pins();
      // A file is moved by a second name: it was killed between the two.
      if (inodeAt(from) === inode && inodeAt(to) === inode) unlinkSync(pins.at(to));
      else moveStep({ kind, from: to, to: from }, pins);
      pins.sync();
    } catch (error) {
      throw new DiskError("target-unfit", `an interrupted restore cannot be undone: ${messageOf(error)}`, {
        cause: error,
        hint: `nothing is lost, ${to} is whole: move away what has come into being at ${from}, and try again`,
      });
    }
  }
}

function isOfSameRestore(
  directory: string,
  { journal, uid, pins }: { readonly journal: Journal; readonly uid: number; readonly pins: Pins },
): boolean {
  if (inodeAt(directory) === undefined) return false;
  const pin = pins.pin(directory);
  return isOwnDirectory(pin, uid) && readJournal(pin.base)?.id === journal.id;
}

/** Removes a staging directory with what was staged in it: never a tree that was in its place before. */
function removeStaging(path: string, pins: Pins): void {
  removeContents(Buffer.from(pins.pin(path).base));
  rmdirSync(pins.at(path));
}

/** Parents that the restore had made, as long as nobody put anything into them. */
function removeMadeParents({ steps, startedAt }: Journal, pins: Pins): void {
  const made = steps.filter((step) => step.kind === "make-directory").map((step) => step.path);
  for (const path of made.toReversed()) {
    if (inodeAt(path) === undefined) continue;
    const { base } = pins.pin(path);
    const isOurs = lstatSync(`${base}/.`).ctimeMs >= Date.parse(startedAt) - 1000;
    if (isOurs && readdirSync(base).length === 0) rmdirSync(pins.at(path));
  }
}
