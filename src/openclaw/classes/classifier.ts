import picomatch from "picomatch";
import { textOf } from "../../format/entry-path.ts";
import type { Root } from "../installation.ts";
import type { ClassRow, PathClass } from "./row.ts";
import { stateRows, stateRowsIn } from "./state.ts";
import { workspaceRows } from "./workspace.ts";

/**
 * Tells which row of the class table a path of a root falls into: the first that names it or a folder above it. There
 * is always exactly one.
 */
export class Classifier {
  readonly #rows: readonly ClassRow[];
  readonly #expressions: readonly (RegExp | undefined)[];
  readonly #any: RegExp;
  readonly #folders = new Map<string, number>();
  readonly #last: number;

  constructor(root: Pick<Root, "id" | "kind">) {
    this.#rows = rowsIn(root);
    const flags = root.kind === "workspace" ? "si" : "s";
    const named = this.#rows.slice(0, -1);
    this.#expressions = named.map(({ patterns }) => expressionOf(patterns, flags));
    this.#any =
      expressionOf(
        named.flatMap(({ patterns }) => patterns),
        flags,
      ) ?? /(?!)/;
    this.#last = this.#rows.length - 1;
  }

  /** `relative`: a byte string, empty for the root itself. */
  rowOf(relative: string): ClassRow {
    return this.#rows[this.#below(folderOf(relative), relative)]!;
  }

  /** The globs that put a path, and what lies below it, into rows of a class. */
  patternsOf(of: PathClass): readonly string[] {
    return this.#rows.filter((row) => row.class === of).flatMap(({ patterns }) => patterns);
  }

  #below(folder: string | undefined, relative: string): number {
    const inherited = folder === undefined ? this.#last : this.#folder(folder);
    const text = textOf(relative) ?? relative;
    if (!this.#any.test(text)) return inherited;
    const own = this.#expressions.findIndex((expression) => expression?.test(text) === true);
    return Math.min(own, inherited);
  }

  #folder(folder: string): number {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const row = this.#below(folderOf(folder), folder);
    this.#folders.set(folder, row);
    return row;
  }
}

/** The rows that a root's paths can fall into; the last holds for all of them. */
function rowsIn(root: Pick<Root, "id" | "kind">): readonly ClassRow[] {
  if (root.kind === "workspace") return workspaceRows;
  const unknown = stateRows.at(-1)!;
  return stateRowsIn(root) ?? [stateRows.find(({ kinds }) => kinds?.includes(root.kind)) ?? unknown];
}

function expressionOf(patterns: readonly string[], flags: string): RegExp | undefined {
  if (patterns.length === 0) return undefined;
  const sources = patterns.map(
    (pattern) => picomatch.makeRe(pattern, { dot: true, windows: false, nonegate: true }).source,
  );
  return new RegExp(sources.join("|"), flags);
}

/** The folder of a path, empty for the root; undefined above it. */
function folderOf(relative: string): string | undefined {
  if (relative === "") return undefined;
  const slash = relative.lastIndexOf("/");
  return slash === -1 ? "" : relative.slice(0, slash);
}
