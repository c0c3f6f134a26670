import { secretPatterns } from "../../openclaw/secret-patterns.ts";
import { lintParts } from "./lint-parts.ts";
import type { Literal } from "./literal-search.ts";

/** An expression to be tried where it may match, in a text that is searched. */
export interface Rule {
  /** The lowest is what a text is sealed by. */
  readonly order: number;
  readonly pattern: RegExp;
  /** What is found where it matches, or which rule of secretlint has to look then. */
  readonly finds: { readonly id: string } | { readonly lint: string };
}

/** A rule that is tried where one of some literals stands; its expression is sticky. */
export interface StartRule extends Rule {
  readonly literals: readonly Literal[];
}

/** A rule that is tried in each run of so many word characters. */
export interface RunRule extends Rule {
  readonly runMin: number;
}

/** Letters of English, the common ones first. */
const letters = "etaoinsrhldcumfpgwybvkxjqz";

export const startRules: readonly StartRule[] = [
  ...secretPatterns.flatMap(({ id, pattern, ...where }, order) =>
    "starts" in where ? [startRule({ order, pattern, finds: { id } }, where.starts)] : [],
  ),
  ...lintParts.map(({ rule, pattern, starts }) =>
    startRule({ order: secretPatterns.length, pattern, finds: { lint: rule } }, starts),
  ),
];

export const runRules: readonly RunRule[] = secretPatterns.flatMap(({ id, pattern, ...where }, order) =>
  "runMin" in where ? [{ order, pattern, finds: { id }, runMin: where.runMin }] : [],
);

function startRule(rule: Rule, starts: readonly string[]): StartRule {
  const { source, flags, ignoreCase } = rule.pattern;
  const literals = starts.map((start) => literalOf(start, ignoreCase));
  return { ...rule, pattern: new RegExp(source, `${flags}y`), literals };
}

function literalOf(start: string, ignoresCase: boolean): Literal {
  const bytes = Buffer.from(ignoresCase ? start.toLowerCase() : start);
  const places = Array.from({ length: bytes.length - 2 }, (_, at) => at);
  const commonness = (at: number): number =>
    [0, 1, 2].reduce((sum, further) => sum + commonnessOf(start[at + further]!), 0);
  return { bytes, ignoresCase, noticedAt: places.sort((a, b) => commonness(a) - commonness(b))[0]! };
}

/** How often a character stands in notes and code, roughly: only the search's speed hangs on it. */
function commonnessOf(character: string): number {
  const rank = letters.indexOf(character);
  return rank === -1 ? (/[A-Z0-9]/.test(character) ? 1 : 6) : letters.length - rank;
}
