import { type Literal, LiteralSearch } from "./literal-search.ts";
import { type Rule, runRules, startRules } from "./rules.ts";
import type { SearchedText } from "./searched-text.ts";
import { formsOf, type Wanted } from "./value-forms.ts";
import { endOfRun, nextWordRun } from "./word-runs.ts";

/** What a search came to. */
export interface Outcome {
  /** The kind of secret that is there. */
  readonly found: string | undefined;
  /** Rules of secretlint that may find something where `found` says nothing; no others do. */
  readonly suspected: ReadonlySet<string>;
}

const shortestRun = Math.min(...runRules.map(({ runMin }) => runMin));

/** Searches texts for values that are known, and for what looks like a secret. */
export class SecretSearch {
  readonly #literals: LiteralSearch;
  /** Of each literal: the value's name, or the rule. */
  readonly #owners: readonly (string | Rule)[];

  constructor(values: readonly Wanted[]) {
    const owned = [
      ...values.flatMap(({ from, value }) =>
        [...formsOf(value)].map((form) => [asItIs(form), from] as const),
      ),
      ...startRules.flatMap((rule) => rule.literals.map((literal) => [literal, rule] as const)),
    ];
    this.#literals = new LiteralSearch(owned.map(([literal]) => literal));
    this.#owners = owned.map(([, owner]) => owner);
  }

  /** What is found is a known value, the first one that stands there, before all patterns, which count in their order. */
  search(text: SearchedText): Outcome {
    const tried = new Trial(text);
    let value: string | undefined;
    const isKnown = this.#literals.some(text.bytes, (index, at) => {
      const owner = this.#owners[index]!;
      if (typeof owner !== "string") tried.at(owner, at);
      else value = owner;
      return value !== undefined;
    });
    if (isKnown) return { found: value, suspected: tried.suspected };
    tried.inRuns();
    return { found: tried.found, suspected: tried.suspected };
  }
}

/** Tries rules on one text. */
class Trial implements Outcome {
  found: string | undefined;
  readonly suspected = new Set<string>();
  readonly #text: SearchedText;
  #order = Number.POSITIVE_INFINITY;

  constructor(text: SearchedText) {
    this.#text = text;
  }

  at(rule: Rule, at: number): void {
    if (!this.#isOpen(rule)) return;
    rule.pattern.lastIndex = this.#text.indexOf(at);
    if (rule.pattern.test(this.#text.text)) this.#take(rule);
  }

  inRuns(): void {
    const { bytes } = this.#text;
    for (let end = 0; ;) {
      const start = nextWordRun(bytes, end, shortestRun);
      if (start === -1) return;
      end = endOfRun(bytes, start);
      // With what stands before it: an expression may ask whether a word begins there.
      const run = bytes.toString("latin1", Math.max(0, start - 1), end);
      for (const rule of runRules) if (this.#isOpen(rule) && rule.pattern.test(run)) this.#take(rule);
    }
  }

  #isOpen({ order, finds }: Rule): boolean {
    return order < this.#order && !("lint" in finds && this.suspected.has(finds.lint));
  }

  #take({ order, finds }: Rule): void {
    if ("lint" in finds) return void this.suspected.add(finds.lint);
    this.#order = order;
    this.found = finds.id;
  }
}

function asItIs(form: string): Literal {
  return { bytes: Buffer.from(form), ignoresCase: false, noticedAt: 0 };
}
