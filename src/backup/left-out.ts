import { builtInExclusions, type BuiltInExclusion } from "../disk/built-in-exclusions.ts";
import { escapeGlob } from "../disk/glob.ts";
import type { PlannedEntry } from "../disk/planned.ts";
import { textOf } from "../format/entry-path.ts";
import { rowOfRule } from "../openclaw/classes/exclusions.ts";
import type { PathClass } from "../openclaw/classes/row.ts";

/** How much one rule leaves out, and why. */
export interface LeftOutByRule {
  /** As in the status `excluded:<rule>`. */
  readonly rule: string;
  /** null where the user chose it: what that is, nobody looked at. */
  readonly class: PathClass | null;
  readonly why: string;
  /** With what lies below left-out directories. */
  readonly entries: number;
  readonly bytes: number;
  /** Globs for `--include` that bring it back, where it is the user's own data that is left out by default. */
  readonly include: readonly string[];
}

/** Rules that are the user's own word. */
const chosen: Readonly<Record<string, string>> = {
  user: "--exclude names it",
  "no-workspace": "--no-workspace leaves it out",
  "ignore-file": "a .ocbakignore names it",
  "other-file-system": "it is mounted there, and --one-file-system stays out of it",
};

/** As many globs are given; whoever needs more takes all with `--no-default-excludes`. */
const includeMax = 8;

/** Adds up what is left out, rule by rule. */
export class LeftOutSums {
  readonly #sums = new Map<string, { entries: number; bytes: number; include: string[] }>();

  add({ path, excluded }: Pick<PlannedEntry, "path" | "excluded">): void {
    if (excluded === undefined) return;
    const { rule, entries, bytes } = excluded;
    const sum = this.#sums.get(rule) ?? { entries: 0, bytes: 0, include: [] };
    const text = textOf(path);
    const include =
      text === undefined || sum.include.length === includeMax
        ? sum.include
        : [...sum.include, escapeGlob(text)];
    this.#sums.set(rule, { entries: sum.entries + entries + 1, bytes: sum.bytes + bytes, include });
  }

  /** What is largest comes first. */
  list(): LeftOutByRule[] {
    return Array.from(this.#sums, ([rule, { include, ...sum }]) => {
      const facts = factsOf(rule);
      return { rule, ...facts, ...sum, include: facts.class === "private" ? include : [] };
    }).sort((a, b) => b.bytes - a.bytes || b.entries - a.entries || (a.rule < b.rule ? -1 : 1));
  }
}

export function leftOutOf(planned: readonly PlannedEntry[]): LeftOutByRule[] {
  const sums = new LeftOutSums();
  for (const entry of planned) sums.add(entry);
  return sums.list();
}

function factsOf(rule: string): Pick<LeftOutByRule, "class" | "why"> {
  const row = rowOfRule(rule);
  if (row !== undefined) return { class: row.class, why: row.why };
  const why = builtInExclusions[rule as BuiltInExclusion] as string | undefined;
  return why === undefined ? { class: null, why: chosen[rule] ?? "" } : { class: "never", why };
}
