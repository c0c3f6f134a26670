import type { PathMove } from "../target.ts";

/** How many paths of a file went from one place to another. */
export interface Rewritten {
  /** Its path in the archive, as all of these. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/** What still names an old place, or may. */
export interface LeftPath {
  readonly file: string;
  /** The old path, or where in the file it stands. */
  readonly path: string;
  readonly reason: string;
  /** It tells of the past, and OpenClaw works with it as it is. */
  readonly history?: true;
}

export interface RewriteReport {
  readonly rewritten: readonly Rewritten[];
  /** The files and links that are no longer as they were captured. */
  readonly touched: readonly string[];
  /** What to look at first, then harmless history. */
  readonly left: readonly LeftPath[];
  /** What was removed, where that is worth knowing. */
  readonly notes: readonly string[];
}

/** Collects what a rewrite does. */
export class Findings {
  readonly #counts = new Map<string, { file: string; move: PathMove; count: number }>();
  readonly #left: LeftPath[] = [];
  readonly #history: LeftPath[] = [];
  readonly #notes: string[] = [];
  readonly #touched = new Set<string>();

  touch(file: string): void {
    this.#touched.add(file);
  }

  /** Takes over what was found of a part of the work that came to its end. */
  add(part: Findings): void {
    for (const { file, move, count } of part.#counts.values()) this.count(file, move, count);
    this.#left.push(...part.#left);
    this.#history.push(...part.#history);
    this.#notes.push(...part.#notes);
    for (const file of part.#touched) this.touch(file);
  }

  count(file: string, move: PathMove, count = 1): void {
    const key = JSON.stringify([file, move.from, move.to]);
    const known = this.#counts.get(key) ?? { file, move, count: 0 };
    this.#counts.set(key, { ...known, count: known.count + count });
    this.touch(file);
  }

  left(file: string, path: string, reason: string): void {
    this.#left.push({ file, path, reason });
  }

  history(file: string, path: string, reason: string): void {
    this.#history.push({ file, path, reason, history: true });
  }

  note(line: string): void {
    this.#notes.push(line);
  }

  report(): RewriteReport {
    return {
      rewritten: Array.from(this.#counts.values(), ({ file, move: { from, to }, count }) => ({
        file,
        from,
        to,
        count,
      })),
      touched: [...this.#touched],
      left: [...this.#left, ...this.#history],
      notes: this.#notes,
    };
  }
}
