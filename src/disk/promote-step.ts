import {
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { dirname } from "node:path";

import { DiskError } from "./errors.ts";
import { diskError, systemCode } from "./io-error.ts";
import type { Pins } from "./pins.ts";
import { utimesArgument } from "./times.ts";
import type { MoveStep, PromoteStep } from "./journal.ts";
import type { Ownership } from "./staged-file.ts";

export interface StepOptions {
  readonly pins: Pins;
  /** Given to parents that are made. Undefined: this process's own. */
  readonly ownership?: Ownership | undefined;
}

/** A step that was carried out, and how to take it back. */
export interface DoneStep {
  undo(): void;
  /** What it did, for a person who has to take it back by hand. */
  describe(): string;
}

/** Carries out one step. Throws a DiskError; then the step has changed nothing. */
export function carryOut(step: PromoteStep, options: StepOptions): DoneStep {
  if (step.kind === "make-directory") return makeFolder(step, options);
  moveStep(step, options.pins);
  return {
    undo: () => moveStep({ ...step, from: step.to, to: step.from }, options.pins),
    describe: () => `${step.from} was moved to ${step.to}`,
  };
}

/** A folder of this mode whatever the umask, and the owner's: by descriptor. */
function makeFolder(
  { path, mode }: Extract<PromoteStep, { kind: "make-directory" }>,
  { pins, ownership }: StepOptions,
): DoneStep {
  const place = pins.at(path);
  try {
    mkdirSync(place, 0o700);
    const { fd, base } = pins.pin(path);
    // In a directory of somebody else, what was just made may already have been exchanged for another directory of root's.
    if (readdirSync(base).length > 0) throw exchanged(path);
    fchmodSync(fd, mode);
    if (ownership !== undefined) fchownSync(fd, ownership.uid, ownership.gid);
    const made = fstatSync(fd);
    return {
      undo: () => removeIfOurs(place, made),
      describe: () => `${path} was made`,
    };
  } catch (error) {
    throw diskError(error, `making ${path}`);
  }
}

function exchanged(path: string): DiskError {
  return new DiskError("unsafe-ancestor", `${path} was exchanged while it was being made`, {
    hint: `see who else can write to ${dirname(path)}, then try again`,
  });
}

function removeIfOurs(place: string, made: { dev: number; ino: number }): void {
  const there = lstatSync(place, { throwIfNoEntry: false });
  if (there?.dev !== made.dev || there.ino !== made.ino) return;
  try {
    rmdirSync(place);
  } catch (error) {
    // Somebody put something into it meanwhile: then it stays.
    if (systemCode(error) !== "ENOTEMPTY") throw error;
  }
}

/** What is carried from one tree into another leaves no trace in the times of the two folders. */
export function moveStep({ kind, from, to }: Pick<MoveStep, "kind" | "from" | "to">, pins: Pins): void {
  if (kind !== "carry") return move(from, to, pins);
  const folders = [pins.pin(dirname(from)), pins.pin(dirname(to))].map(({ fd }) => {
    const { atimeNs, mtimeNs } = fstatSync(fd, { bigint: true });
    return { fd, atime: utimesArgument(String(atimeNs)), mtime: utimesArgument(String(mtimeNs)) };
  });
  move(from, to, pins);
  for (const { fd, atime, mtime } of folders) futimesSync(fd, atime, mtime);
}

/**
 * Renames without overwriting. A file is linked and unlinked, which the kernel refuses where something is; a directory
 * never replaces more than an empty directory that comes into being between the look and the rename.
 */
function move(from: string, to: string, pins: Pins): void {
  const source = pins.at(from);
  const place = pins.at(to);
  try {
    if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) {
      throw new DiskError("target-exists", `${to} has come into being meanwhile`, {
        hint: "see what made it, then try again",
      });
    }
    if (!lstatSync(source).isFile() || !moveByLink(source, place)) renameSync(source, place);
  } catch (error) {
    throw diskError(error, `moving ${from} to ${to}`);
  }
}

function moveByLink(source: string, place: string): boolean {
  try {
    linkSync(source, place);
  } catch (error) {
    // A file system without links, or a file of somebody else (protected_hardlinks): rename.
    if (["EPERM", "ENOTSUP", "EMLINK"].includes(systemCode(error) ?? "")) return false;
    throw error;
  }
  unlinkSync(source);
  return true;
}
