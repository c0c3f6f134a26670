import type { RootKind } from "../installation.ts";

/**
 * - `secret`: opens accounts or machines
 * - `private`: what its owner alone may read, and would miss
 * - `plain`: neither; programs and settings as others have them, too
 * - `regenerable`: made again from what is backed up, or downloaded again
 * - `volatile`: true for the running process only; restoring it would do harm
 * - `never`: locks, half-made copies and what OpenClaw promises never to export
 */
export const pathClasses = ["secret", "private", "plain", "regenerable", "volatile", "never"] as const;
export type PathClass = (typeof pathClasses)[number];

/** What OpenClaw keeps under certain names, and what a backup does with it. */
export interface ClassRow {
  /** `[a-z0-9-]+`, no two rows the same; where a row is left out it stands in archives as `excluded:<id>`. */
  readonly id: string;
  readonly class: PathClass;
  /** Globs relative to the state dir or the workspace, dot files included; a directory is meant with all below it. */
  readonly patterns: readonly string[];
  /** Roots that are of this class as a whole, wherever they lie. */
  readonly kinds?: readonly RootKind[];
  /** For people. Of what is left out: why. */
  readonly why: string;
  /** Left out unless asked for, though nothing could make it again: too large, or a copy of what is taken. */
  readonly offByDefault?: true;
}

export function isLeftOutByDefault({ class: of, offByDefault }: ClassRow): boolean {
  return of === "never" || of === "volatile" || of === "regenerable" || offByDefault === true;
}
