import picomatch from "picomatch";
import type { Root } from "../installation.ts";
import { type ClassRow, isLeftOutByDefault } from "./row.ts";
import { stateRows, stateRowsIn } from "./state.ts";
import { workspaceRows } from "./workspace.ts";

/** A glob relative to a root, dot files included. Where it matches a directory, the whole subtree is left out. */
export interface ExclusionRule {
  /** `[a-z0-9-]+`; stands in archives as `excluded:<id>`. */
  readonly id: string;
  readonly pattern: string;
  /** Nothing that a user says brings it back. */
  readonly always: boolean;
}

export interface ExclusionChoices {
  /** Without it only what is never taken is left out. @default true */
  readonly byDefault?: boolean;
}

/**
 * What is left out of a root, first match wins. Workspaces, config files and the user's own folders have no such rules: a
 * name proves nothing there.
 */
export function exclusionRulesOf(
  root: Pick<Root, "id" | "kind">,
  { byDefault = true }: ExclusionChoices = {},
): ExclusionRule[] {
  return (stateRowsIn(root) ?? [])
    .filter((row) => (byDefault ? isLeftOutByDefault(row) : row.class === "never"))
    .flatMap(({ id, patterns, class: of }) =>
      patterns.map((pattern) => ({ id, pattern, always: of === "never" })),
    );
}

/** Whether a path inside a root (relative, not empty) is left out by a rule, itself or with a folder above it. */
export function isLeftOut(root: Pick<Root, "id" | "kind">, relative: string): boolean {
  const rules = exclusionRulesOf(root).map(({ pattern }) =>
    picomatch(pattern, { dot: true, windows: false }),
  );
  const components = relative.split(/[\\/]/);
  const paths = components.map((_, n) => components.slice(0, n + 1).join("/"));
  return paths.some((at) => rules.some((matches) => matches(at)));
}

/** What is known of the rule of an `excluded:<id>`. */
export function rowOfRule(id: string): ClassRow | undefined {
  return [...stateRows, ...workspaceRows].find((row) => row.id === id);
}
