import { randomUUID } from "node:crypto";
import { lstatSync } from "node:fs";
import { join } from "node:path";

import { DiskError } from "./errors.ts";
import { diskError } from "./io-error.ts";
import { type Journal, type MoveStep, type PromoteStep, writeJournal } from "./journal.ts";
import type { Pins } from "./pins.ts";
import type { PlacedTop } from "./plan.ts";
import { carryOut, type DoneStep } from "./promote-step.ts";
import type { Ownership } from "./staged-file.ts";
import { stagedTreeName } from "./staging.ts";

export interface PromoteOptions {
  readonly pins: Pins;
  /** Given to parents that are made. Undefined: this process's own. */
  readonly ownership?: Ownership | undefined;
  readonly archiveId?: string | null;
  readonly now: Date;
  /** Called before each step. What it throws undoes everything. */
  readonly beforeStep?: (step: PromoteStep, index: number) => Promise<void>;
}

export interface PromotedTarget {
  readonly root: string;
  readonly path: string;
  /** Where what was there before is now. */
  readonly replaced?: string;
}

export interface Promoted {
  readonly targets: readonly PromotedTarget[];
  readonly journal: Journal;
}

/** A step before anyone looked at the disk. */
export type PlannedStep = Omit<MoveStep, "inode"> | Exclude<PromoteStep, MoveStep>;

/** For every top root in turn: parents made, what stays carried over, what is there put aside, the staged tree put in its place. */
export function promotionSteps(tops: readonly PlacedTop[]): PlannedStep[] {
  const made = new Set<string>();
  const makeOnce = (paths: readonly string[]): PlannedStep[] => {
    const fresh = paths.filter((path) => !made.has(path));
    for (const path of fresh) made.add(path);
    return fresh.map((path) => ({ kind: "make-directory", path }));
  };
  return tops.flatMap((top) => {
    const staged = join(top.stagingDir, stagedTreeName);
    return [
      ...makeOnce(top.missingParents),
      ...top.carried.flatMap(({ path, parents }) => [
        ...makeOnce(parents.map((parent) => join(staged, parent))),
        { kind: "carry" as const, from: join(top.realTarget, path), to: join(staged, path) },
      ]),
      ...(top.asideName === null
        ? []
        : [{ kind: "put-aside" as const, from: top.realTarget, to: top.asideName }]),
      { kind: "place" as const, from: staged, to: top.realTarget },
    ];
  });
}

/**
 * Puts the staged trees in their places. Nothing is overwritten or deleted; if anything fails, every step done is undone
 * in reverse and the failure thrown, with the staged trees back in their staging directories. The journal in them lets
 * a later run do the same for one that was killed (see recovery.ts).
 */
export async function promote(tops: readonly PlacedTop[], options: PromoteOptions): Promise<Promoted> {
  const journal: Journal = {
    format: "ocbak-restore-journal-1",
    id: randomUUID(),
    startedAt: options.now.toISOString(),
    archiveId: options.archiveId ?? null,
    stagingDirs: tops.map(({ stagingDir }) => stagingDir),
    targets: tops.map(({ id, target, asideName }) => ({ root: id, path: target, replaced: asideName })),
    steps: identified(promotionSteps(tops), options.pins),
  };
  await carryOutJournal(journal, options);
  const targets = tops.map(({ id, target, asideName }) => ({
    root: id,
    path: target,
    ...(asideName === null ? {} : { replaced: asideName }),
  }));
  return { targets, journal };
}

/** With the inode of everything that is to be moved, as it lies there before the first step. */
export function identified(steps: readonly PlannedStep[], pins: Pins): PromoteStep[] {
  return steps.map((step) => {
    if (step.kind === "make-directory") return step;
    try {
      const { ino } = lstatSync(pins.at(step.from), { bigint: true });
      return { ...step, inode: String(ino) };
    } catch (error) {
      throw diskError(error, `looking at ${step.from}`);
    }
  });
}

/** Writes the journal into each staging directory, then does what it says. */
export async function carryOutJournal(journal: Journal, options: PromoteOptions): Promise<void> {
  const { pins } = options;
  try {
    for (const directory of journal.stagingDirs) writeJournal(pins.pin(directory).base, journal);
  } catch (error) {
    throw diskError(error, "writing the journal of the restore");
  }
  const done: DoneStep[] = [];
  try {
    for (const [index, step] of journal.steps.entries()) {
      await options.beforeStep?.(step, index);
      done.push(carryOut(step, options));
    }
    pins.sync();
  } catch (error) {
    undo(done, error);
    pins.sync();
    throw error;
  }
}

function undo(done: readonly DoneStep[], cause: unknown): void {
  for (const step of done.toReversed()) {
    try {
      step.undo();
    } catch (error) {
      const left = step.describe();
      throw new DiskError("io", `promotion failed, and then undoing it failed too: ${left}`, {
        cause: new AggregateError([cause, error]),
        hint: `${left}; nothing was deleted: the next \`ocbak restore\` tries again, or rename it back by hand`,
      });
    }
  }
}
