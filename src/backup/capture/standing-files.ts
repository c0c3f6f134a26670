import type { ReadOutcome } from "../../disk/outcome.ts";
import type { EntryPath } from "../../format/entry-path.ts";

/** Files of a section that really stand in it: what a hard link may refer to. */
export class StandingFiles {
  readonly #wanted: ReadonlySet<EntryPath>;
  readonly #standing: Set<EntryPath>;

  /** `wanted`: those that hard links of the section refer to; `standing`: those of them that stand in it already. */
  constructor(wanted: ReadonlySet<EntryPath>, standing: ReadonlySet<EntryPath>) {
    this.#wanted = wanted;
    this.#standing = new Set(standing);
  }

  get paths(): ReadonlySet<EntryPath> {
    return this.#standing;
  }

  has(path: EntryPath): boolean {
    return this.#standing.has(path);
  }

  /** A file was stored; one that is another by now than it was planned as does not stand for its names. */
  add(path: EntryPath, { replaced }: Pick<ReadOutcome, "replaced">): void {
    if (this.#wanted.has(path) && replaced !== true) this.#standing.add(path);
  }
}
