import { lstatSync, mkdirSync, readdirSync, realpathSync, rmdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { DiskError } from "./errors.ts";
import { FlushAhead } from "./flush.ts";
import { diskError, systemCode } from "./io-error.ts";
import { type Journal, readJournal, removeIfThere, runningName, writeRunning } from "./journal.ts";
import { progressOf } from "./journal-progress.ts";
import type { Pin, Pins } from "./pins.ts";
import { stagedTreeName } from "./places.ts";
import type { PlacedTop, Placement } from "./plan.ts";
import { markOf, type Processes } from "../system/process-mark.ts";
import { removeContents } from "./remove-tree.ts";
import type { StagedRoot } from "./staged-path.ts";
import { isUndoable, keepRecord } from "./undo-record.ts";

/** A staging directory that this run made. */
export interface StagingDir {
  readonly pin: Pin;
  readonly dev: number;
  readonly ino: number;
}

interface Holder extends StagingDir {
  readonly top: PlacedTop;
}

export interface StagingSetting {
  readonly pins: Pins;
  /** This process's. */
  readonly uid: number;
  readonly processes: Processes;
}

/**
 * The staging directories of a restore, one beside each top root's target: new, mode 0700, held open. Nobody but this process's user
 * reaches into them, so their content can be given to its owner before it is promoted.
 */
export class Staging implements Disposable {
  readonly #pins: Pins;
  readonly #holders = new Map<string, Holder>();
  readonly #places = new Map<string, StagedRoot>();
  readonly #flush = new FlushAhead(() => [...this.#holders.values()].map(({ pin }) => pin.base));

  /** Makes the directories; if one cannot be made, those made before are removed. */
  constructor(placement: Placement, options: StagingSetting) {
    this.#pins = options.pins;
    try {
      for (const top of placement.tops) this.#holders.set(top.id, makeHolder(top, options));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    for (const root of placement.roots) {
      const floor = this.#holders.get(root.stagedIn)!.pin.base;
      const base = [floor, stagedTreeName, root.below].filter((part) => part !== "").join("/");
      this.#places.set(root.id, { base, floor, target: root.target });
    }
  }

  /** For {@link StagingWriter}: where the entries of a root go, null for a root that is not placed. */
  place(rootId: string): StagedRoot | null {
    return this.#places.get(rootId) ?? null;
  }

  /** The same for all of them; plain data. */
  get places(): ReadonlyMap<string, StagedRoot> {
    return this.#places;
  }

  /** To be told of content bytes written, so that they need not all be waited for in {@link flush}. */
  wrote(bytes: number): void {
    this.#flush.wrote(bytes);
  }

  /** Makes everything written so far durable. */
  async flush(): Promise<void> {
    await this.#flush.end();
  }

  /** After the promotion: what could be undone stays on record. */
  keepRecords(journal: Journal): void {
    if (!isUndoable(journal)) return;
    for (const [id, { top }] of this.#holders) {
      keepRecord(top.stagingDir, journal, this.#pins);
      this.#holders.delete(id);
    }
    this.#pins.sync();
  }

  /** Removes the staging directories with what is still in them: see {@link removeStagingDirs}. */
  [Symbol.dispose](): void {
    const made = [...this.#holders.values()].map(({ top, ...dir }) => [top.stagingDir, dir] as const);
    this.#holders.clear();
    removeStagingDirs(new Map(made), this.#pins);
  }
}

/**
 * Removes the staging directories that this run made, only these very ones. Where a promotion failed and could not be
 * taken back either, they stay: people's own things may lie in them, and the journal tells the next run what to do.
 */
export function removeStagingDirs(made: ReadonlyMap<string, StagingDir>, pins: Pins): void {
  const dirs = [...made.values()];
  const journal = dirs.map(({ pin }) => readJournal(pin.base)).find((found) => found !== undefined);
  const progress = journal === undefined ? "staging" : progressOf(journal);
  if (progress === "interrupted" || progress === "unclear") {
    for (const { pin } of dirs) removeIfThere(`${pin.base}/${runningName}`);
    return;
  }
  for (const [directory, { pin, dev, ino }] of made) {
    removeContents(Buffer.from(pin.base));
    const path = pins.at(directory);
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there?.dev === dev && there.ino === ino) rmdirSync(path);
  }
}

function makeHolder(top: PlacedTop, setting: StagingSetting): Holder {
  return { top, ...makeStagingDir(top.stagingDir, setting) };
}

/** Makes a staging directory that says whose process works in it. */
export function makeStagingDir(directory: string, { pins, uid, processes }: StagingSetting): StagingDir {
  try {
    mkdirSync(pins.at(directory), 0o700);
  } catch (error) {
    throw diskError(error, `making ${directory}`);
  }
  const made = pinOwn(directory, { pins, uid });
  try {
    writeRunning(made.pin.base, markOf(processes));
  } catch (error) {
    removeStagingDirs(new Map([[directory, made]]), pins);
    throw diskError(error, `writing to ${directory}`);
  }
  return made;
}

/** Holds a directory that was just made, if it is still the one. */
function pinOwn(directory: string, { pins, uid }: Pick<StagingSetting, "pins" | "uid">): StagingDir {
  const pin = pins.pin(directory);
  const stat = lstatSync(`${pin.base}/.`);
  const ours = stat.uid === uid && (stat.mode & 0o777) === 0o700 && readdirSync(pin.base).length === 0;
  if (ours) return { pin, dev: stat.dev, ino: stat.ino };
  throw new DiskError("unsafe-ancestor", `${directory} was exchanged while it was being made`, {
    hint: `see who else can write to ${dirname(directory)}, then try again`,
  });
}

/**
 * A fresh directory for `extract` and `salvage`, mode 0700: entries go to `<directory>/<entry path>`. Throws `target-exists` where
 * something is there already (an empty directory will do).
 */
export function openExtraction(directory: string, pins: Pins): (rootId: string) => StagedRoot {
  const path = resolve(directory);
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    if (systemCode(error) !== "EEXIST" || !isEmptyDirectory(path)) throw notFresh(error, path);
  }
  const { base } = pins.pin(realpathSync(path));
  return (rootId) => ({ base: `${base}/${rootId}`, floor: base, target: `${path}/${rootId}` });
}

function isEmptyDirectory(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && readdirSync(path).length === 0;
}

function notFresh(error: unknown, path: string): DiskError {
  const code = systemCode(error);
  if (code === "EEXIST") {
    return new DiskError("target-exists", `${path} exists and is not an empty directory`, {
      hint: "name a directory that does not exist yet",
    });
  }
  if (code !== "ENOENT") return diskError(error, `making ${path}`);
  return new DiskError("target-unfit", `${dirname(path)} does not exist`, {
    hint: `mkdir -p ${dirname(path)}`,
  });
}
