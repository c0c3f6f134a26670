import picomatch from "picomatch";
import { textOf } from "../format/entry-path.ts";
import { DiskError } from "./errors.ts";
import { nameFilter } from "./name-filter.ts";

interface Rule {
  readonly id: string;
  readonly pattern: string;
}

/** Finds the first rule whose glob matches a path (byte string, `/` between components). */
export type RuleMatcher = (path: string) => string | undefined;

/**
 * Compiles globs. Paths are matched as text where they are UTF-8, so that `?` is one character, else byte by byte.
 * Throws DiskError `bad-pattern`.
 */
export function compileRules(rules: readonly Rule[], options: { ignoreCase?: boolean } = {}): RuleMatcher {
  if (rules.length === 0) return () => undefined;
  const { ignoreCase = false } = options;
  const flags = ignoreCase ? "si" : "s";
  const compiled = rules.map((rule) => ({ id: rule.id, expression: compileGlob(rule.pattern, flags) }));
  const mayMatch = quickTest(
    rules,
    compiled.map(({ expression }) => expression),
    { ignoreCase },
  );
  return (path) => {
    const text = textOf(path) ?? path;
    if (!mayMatch(text)) return undefined;
    return compiled.find(({ expression }) => expression.test(text))?.id;
  };
}

/** False only for what no rule matches. */
function quickTest(
  rules: readonly Rule[],
  expressions: readonly RegExp[],
  { ignoreCase }: { ignoreCase: boolean },
): (text: string) => boolean {
  const patterns = rules.map(({ pattern }) => pattern);
  const isNamed = nameFilter(patterns, { ignoreCase });
  if (isNamed !== undefined) return (text) => isNamed(text.slice(text.lastIndexOf("/") + 1));
  const any = new RegExp(expressions.map(({ source }) => source).join("|"), expressions[0]!.flags);
  return (text) => any.test(text);
}

/**
 * The flag `s` matters: without it `**` stops at a line feed, and a file `a\nb/.env` would escape the rule that
 * seals `**\/.env*`. Patterns are never negated by a leading `!`: that would turn one into "everything else".
 */
function compileGlob(pattern: string, flags: string): RegExp {
  const clean = pattern.replaceAll(/^(?:\.?\/)+|\/+$/g, "");
  try {
    if (clean === "") throw new SyntaxError("the pattern is empty");
    return picomatch.makeRe(clean, {
      dot: true,
      flags,
      windows: false,
      nonegate: true,
      debug: true,
    });
  } catch (error) {
    throw new DiskError("bad-pattern", `compiling the glob ${JSON.stringify(pattern)}`, { cause: error });
  }
}

/** A glob that matches this text and nothing else. */
export function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*?[\]{}()!+@|]/g, String.raw`\$&`);
}
