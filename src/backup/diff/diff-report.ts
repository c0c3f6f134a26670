import { type EntryPath, rootIdOf } from "../../format/entry-path.ts";
import { pathText } from "../path-text.ts";
import type { Change } from "./compare-pair.ts";
import type { Finding } from "./compare.ts";
import type { ComparedEntry } from "./compared-entry.ts";
import type { RowDifference } from "./database-copy.ts";

/** Differences named in full; beyond that they are only counted. */
const namedMax = 100_000;

export interface DiffReport {
  readonly archive: string;
  readonly archiveId: string;
  /** The other archive; null where it was compared with what lies on this machine. */
  readonly other: string | null;
  readonly otherId: string | null;
  readonly equal: boolean;
  /** `plain`: without a key what is sealed could not be compared. */
  readonly compared: "all" | "plain";
  readonly roots: readonly DiffRoot[];
  /** In archive order. */
  readonly differences: readonly Difference[];
  /** What one side has and the other leaves out or cannot read. */
  readonly notCompared: readonly {
    readonly path: string;
    readonly pathHex?: string;
    readonly reason: string;
  }[];
  readonly warnings: readonly string[];
}

export interface DiffRoot extends DiffCounts {
  readonly root: string;
  /** Where it lay when it was captured; null where the archive does not have it. */
  readonly path: string | null;
  /** Where it lies on the other side; null where that does not have it. */
  readonly otherPath: string | null;
}

export interface DiffCounts {
  readonly same: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Entries of one side that the other may have sealed: only the key tells. */
  readonly untold: number;
}

export interface Difference {
  /** `added`: only the other side has it. */
  readonly kind: "added" | "removed" | "changed";
  readonly path: string;
  readonly pathHex?: string;
  readonly type: ComparedEntry["type"];
  readonly changes?: readonly Change[];
  readonly database?: RowDifference;
}

type Counts = { -readonly [Key in keyof DiffCounts]: number };

/** Adds findings up, by root. */
export class DiffTally {
  readonly differences: Difference[] = [];
  readonly notCompared: DiffReport["notCompared"][number][] = [];
  readonly #roots = new Map<string, Counts>();

  add(finding: Finding): void {
    const { path, kind } = finding;
    if (kind === "not-compared") {
      if (this.notCompared.length < namedMax)
        this.notCompared.push({ ...pathText(path), reason: finding.reason });
      return;
    }
    this.#countsAt(path)[kind] += 1;
    if (kind === "same" || kind === "untold" || this.differences.length >= namedMax) return;
    const { path: _, ...rest } = finding;
    this.differences.push({ ...pathText(path), ...rest });
  }

  countsOf(root: string): DiffCounts {
    return this.#roots.get(root) ?? noCounts;
  }

  get isEqual(): boolean {
    return [...this.#roots.values()].every(({ added, removed, changed }) => added + removed + changed === 0);
  }

  #countsAt(path: EntryPath): Counts {
    const id = rootIdOf(path);
    const known = this.#roots.get(id);
    if (known !== undefined) return known;
    const counts = { ...noCounts };
    this.#roots.set(id, counts);
    return counts;
  }
}

const noCounts: DiffCounts = { same: 0, added: 0, removed: 0, changed: 0, untold: 0 };
