import {
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";

import { systemCode } from "./io-error.ts";
import { ProcessMark } from "../system/process-mark.ts";

const Path = z.string().startsWith("/");

/** One step of a promotion, on real paths. `inode` is that of what is moved: it tells afterwards where it is. */
export const PromoteStep = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("make-directory"), path: Path, mode: z.int().min(0).max(0o777) }),
  z.strictObject({
    /** `carry`: what stays on the machine goes from the old tree into the new one, or back. */
    kind: z.enum(["put-aside", "carry", "place"]),
    from: Path,
    to: Path,
    inode: z.string().regex(/^\d+$/),
  }),
]);
export type PromoteStep = z.infer<typeof PromoteStep>;
export type MoveStep = Exclude<PromoteStep, { kind: "make-directory" }>;

/** What became of one target. */
const JournalTarget = z.strictObject({
  root: z.string(),
  /** As it was asked for, and the same without links on the way. */
  path: Path,
  place: Path,
  /** Where what was there before is; null where nothing was. */
  replaced: Path.nullable(),
});

/**
 * What a restore is going to do to the places of people, written down in each of its staging directories before the
 * first step. Whatever moment it is interrupted at, the disk and this list tell how far it came.
 */
export const Journal = z.strictObject({
  format: z.literal("ocbak-restore-journal-1"),
  /** Of this restore and no other. */
  id: z.uuid(),
  startedAt: z.iso.datetime(),
  archiveId: z.string().nullable(),
  /** When the restore began that this takes back; absent in a restore. */
  undoes: z.iso.datetime().optional(),
  /** Its staging directories; in each lies this journal. */
  stagingDirs: z.array(Path),
  targets: z.array(JournalTarget),
  steps: z.array(PromoteStep),
});
export type Journal = z.infer<typeof Journal>;

export const journalName = "journal.json";
/** The process that works in a staging directory. */
export const runningName = "running.json";

/** Writes it whole or not at all, and durably. `directory`: a prefix for system calls (see Pins). */
export function writeJournal(directory: string, journal: Journal): void {
  writeDurably(directory, journalName, `${JSON.stringify(journal, null, 1)}\n`);
}

export function writeRunning(directory: string, mark: ProcessMark): void {
  writeDurably(directory, runningName, `${JSON.stringify(mark)}\n`);
}

/** Undefined where there is none. Throws where it is no journal of ours. */
export function readJournal(directory: string): Journal | undefined {
  const text = readIfThere(join(directory, journalName));
  return text === undefined ? undefined : Journal.parse(JSON.parse(text));
}

export function readRunning(directory: string): ProcessMark | undefined {
  const text = readIfThere(join(directory, runningName));
  return text === undefined ? undefined : ProcessMark.parse(JSON.parse(text));
}

export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return readFileSync(fd, "utf8");
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function writeDurably(directory: string, name: string, text: string): void {
  const place = `${directory}/${name}`;
  const beside = `${place}.new`;
  removeIfThere(beside);
  const fd = openSync(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(beside, place);
  syncDirectory(directory);
}

/** Makes what was renamed, made or removed in a directory durable. */
function syncDirectory(directory: string): void {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
