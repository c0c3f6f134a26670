import { join } from "node:path";

import { DiskError } from "./errors.ts";
import type { Pins } from "./pins.ts";
import type { PlacedTop } from "./plan.ts";
import { carryOut, type DoneStep } from "./promote-step.ts";
import type { Ownership } from "./staged-file.ts";
import { stagedTreeName } from "./staging.ts";

/** One step of a promotion, on real paths. A list of them is a plain value: it can be shown, and written to a journal. */
export type PromoteStep =
  | { readonly kind: "make-directory"; readonly path: string }
  | { readonly kind: "put-aside"; readonly from: string; readonly to: string }
  | { readonly kind: "place"; readonly from: string; readonly to: string };

export interface PromoteOptions {
  readonly pins: Pins;
  /** Given to parents that are made. Undefined: this process's own. */
  readonly ownership?: Ownership | undefined;
  /** Called before each step; a journal writes it down there. What it throws undoes everything. */
  readonly beforeStep?: (step: PromoteStep, index: number) => Promise<void>;
}

export interface PromotedTarget {
  readonly root: string;
  readonly path: string;
  /** Where what was there before is now. */
  readonly replaced?: string;
}

/** For every top root in turn: parents made, what is there put aside, the staged tree put in its place. */
export function promotionSteps(tops: readonly PlacedTop[]): PromoteStep[] {
  const made = new Set<string>();
  return tops.flatMap((top) => {
    const parents = top.missingParents.filter((path) => !made.has(path));
    for (const path of parents) made.add(path);
    return [
      ...parents.map((path) => ({ kind: "make-directory" as const, path })),
      ...(top.asideName === null
        ? []
        : [{ kind: "put-aside" as const, from: top.realTarget, to: top.asideName }]),
      { kind: "place" as const, from: join(top.stagingDir, stagedTreeName), to: top.realTarget },
    ];
  });
}

/**
 * Puts the staged trees in their places. Nothing is overwritten or deleted; if anything fails, every step done is undone
 * in reverse and the failure thrown, with the staged trees back in their staging directories.
 */
export async function promote(
  tops: readonly PlacedTop[],
  options: PromoteOptions,
): Promise<readonly PromotedTarget[]> {
  await runSteps(promotionSteps(tops), options);
  return tops.map(({ id, target, asideName }) => ({
    root: id,
    path: target,
    ...(asideName === null ? {} : { replaced: asideName }),
  }));
}

async function runSteps(steps: readonly PromoteStep[], options: PromoteOptions): Promise<void> {
  const done: DoneStep[] = [];
  try {
    for (const [index, step] of steps.entries()) {
      await options.beforeStep?.(step, index);
      done.push(carryOut(step, options));
    }
    options.pins.sync();
  } catch (error) {
    undo(done, error);
    options.pins.sync();
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
        hint: `${left}; nothing was deleted: rename it back by hand`,
      });
    }
  }
}
