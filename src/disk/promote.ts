import { randomUUID } from "node:crypto";
import { lstatSync } from "node:fs";
import { join } from "node:path";

import { DiskError } from "./errors.ts";
import { diskError } from "./io-error.ts";
import { type Journal, type MoveStep, type PromoteStep, writeJournal } from "./journal.ts";
import type { Pins } from "./pins.ts";
import { foldersAbove, stagedTreeName } from "./places.ts";
import type { PlacedPiece, PlacedTop } from "./plan.ts";
import { carryOut, type DoneStep } from "./promote-step.ts";
import type { Ownership } from "./staged-file.ts";

export interface PromoteOptions {
  readonly pins: Pins;
  /** Given to parents that are made. Undefined: this process's own. */
  readonly ownership?: Ownership | undefined;
  readonly archiveId?: string | null;
  readonly now: Date;
  /** Called before each step. What it throws undoes everything. */
  readonly beforeStep?: (step: PromoteStep, index: number) => Promise<void>;
}

/** A step before anyone looked at the disk. */
export type PlannedStep = Omit<MoveStep, "inode"> | Exclude<PromoteStep, MoveStep>;

/** For every top root in turn: parents made, what stays carried over, what is there put aside, the staged tree put in its place. */
export function promotionSteps(tops: readonly PlacedTop[]): PlannedStep[] {
  return eachPlaceOnce(tops.flatMap(stepsOfTop));
}

/** A log may be put aside with its database, and as an entry of its own. */
export function eachPlaceOnce(steps: readonly PlannedStep[]): PlannedStep[] {
  const made = new Set<string>();
  return steps.filter((step) => {
    if (step.kind !== "make-directory" && step.kind !== "put-aside") return true;
    const place = "from" in step ? step.from : step.path;
    const isNew = !made.has(place);
    made.add(place);
    return isNew;
  });
}

function stepsOfTop(top: PlacedTop): PlannedStep[] {
  const staged = join(top.stagingDir, stagedTreeName);
  const parents = top.missingParents.map((path) => makeFolder(path, 0o755));
  if (top.pieces !== undefined) return [...parents, ...stepsOfPieces(top, top.pieces, staged)];
  return [
    ...parents,
    ...top.carried.flatMap(({ path, parents: above }): PlannedStep[] => [
      ...above.map((parent) => makeFolder(join(staged, parent), 0o700)),
      { kind: "carry", from: join(top.realTarget, path), to: join(staged, path) },
    ]),
    ...(top.asideName === null ? [] : putAside(top, top.asideName)),
    { kind: "place", from: staged, to: top.realTarget },
  ];
}

/** A database goes with its log, which may be all that is there of it. */
function putAside({ realTarget, replacesTree, sidecars }: PlacedTop, aside: string): PlannedStep[] {
  const endings = [...(replacesTree ? [""] : []), ...sidecars];
  return endings.map((ending) => ({ kind: "put-aside", from: realTarget + ending, to: aside + ending }));
}

/** What is in the way goes to the same path in a tree of its own. */
function stepsOfPieces(
  { realTarget, asideName }: PlacedTop,
  pieces: readonly PlacedPiece[],
  staged: string,
): PlannedStep[] {
  return pieces.flatMap(({ path, replaces, missingParents }): PlannedStep[] => [
    ...(asideName === null ? [] : replaces).flatMap((old): PlannedStep[] => [
      ...foldersAbove(asideName!, old).map((folder) => makeFolder(folder, 0o700)),
      { kind: "put-aside", from: join(realTarget, old), to: join(asideName!, old) },
    ]),
    ...missingParents.map((parent) => makeFolder(join(realTarget, parent), 0o700)),
    { kind: "place", from: join(staged, path), to: join(realTarget, path) },
  ]);
}

export function makeFolder(path: string, mode: number): PlannedStep {
  return { kind: "make-directory", path, mode };
}

/**
 * Puts the staged trees in their places. Nothing is overwritten or deleted; if anything fails, every step done is undone
 * in reverse and the failure thrown, with the staged trees back in their staging directories. The journal in them lets
 * a later run do the same for one that was killed (see recovery.ts).
 */
export async function promote(tops: readonly PlacedTop[], options: PromoteOptions): Promise<Journal> {
  const journal: Journal = {
    format: "ocbak-restore-journal-1",
    id: randomUUID(),
    startedAt: options.now.toISOString(),
    archiveId: options.archiveId ?? null,
    stagingDirs: tops.map(({ stagingDir }) => stagingDir),
    targets: tops.map(({ id, target, realTarget, asideName, replacesTree, pieces }) => ({
      root: id,
      path: target,
      place: realTarget,
      replaced: replacesTree || pieces !== undefined ? asideName : null,
    })),
    steps: identified(promotionSteps(tops), options.pins),
  };
  await carryOutJournal(journal, options);
  return journal;
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
    makeDurable(pins);
  } catch (error) {
    undo(done, error);
    pins.sync();
    throw error;
  }
}

function makeDurable(pins: Pins): void {
  try {
    pins.sync();
  } catch (error) {
    throw diskError(error, "making durable where everything is now");
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
