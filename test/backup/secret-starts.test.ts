import { describe, expect, it } from "vitest";
import { type LintPart, lintParts, rulesOfNames } from "../../src/backup/content-scan/lint-parts.ts";
import { wordCharacters } from "../../src/backup/content-scan/word-runs.ts";
import { secretPatterns } from "../../src/openclaw/secret-patterns.ts";
import { type Applied, appliedBy, lintRules } from "../support/applied-patterns.ts";
import { fakeSecrets } from "../support/fake-secrets.ts";
import {
  alternativesOf,
  beginningsOf,
  type CharacterSet,
  charactersOf,
  elementsIn,
  shortestOf,
} from "../support/regexp-parts.ts";

/*
 * The scan tries an expression only where one of its literals stands, and a rule of secretlint only where a part of its
 * expressions matches. That nothing is missed is shown here from the expressions themselves.
 */

/** Beginnings of matches that are not declared, up to where that shows. */
function undeclared(pattern: RegExp, starts: readonly string[]): readonly string[] {
  const known = starts.map((start) => (pattern.ignoreCase ? start.toLowerCase() : start));
  const length = Math.max(...known.map((start) => start.length));
  const found = alternativesOf(pattern).flatMap((elements) =>
    [...beginningsOf(elements, length, pattern.flags)].flatMap((sets) => [
      ...missing(sets, known, pattern.ignoreCase),
    ]),
  );
  return [...new Set(found)];
}

function* missing(
  sets: readonly CharacterSet[],
  starts: readonly string[],
  ignoreCase: boolean,
  begun = "",
): Generator<string> {
  if (starts.includes(begun)) return;
  const next = sets[begun.length];
  if (next === undefined || next.other || !starts.some((start) => start.startsWith(begun)))
    return yield begun;
  for (const character of next.ascii) {
    const further = begun + (ignoreCase ? character.toLowerCase() : character);
    yield* missing(sets, starts, ignoreCase, further);
  }
}

/** Flags that say what matches. */
function meaningOf({ flags }: RegExp): string {
  return flags.replace(/[gy]/g, "");
}

/** Whether each match of an alternative holds a match of the part: its elements stand there one after the other. */
function holds(alternative: readonly { raw: string }[], part: RegExp): boolean {
  const wanted = alternativesOf(part);
  const raws = (wanted[0] ?? []).map(({ raw }) => raw);
  return (
    wanted.length === 1 &&
    alternative.some((_, at) => raws.every((raw, index) => alternative[at + index]?.raw === raw))
  );
}

const startPatterns = [
  ...secretPatterns.flatMap((one) => ("starts" in one ? [{ name: one.id, ...one }] : [])),
  ...lintParts.map((part) => ({ name: `${part.rule} of secretlint`, ...part })),
];

describe("where an expression can match", () => {
  it.each(startPatterns.map((one) => [one.name, one] as const))("%s begins as declared", (_name, one) => {
    expect(undeclared(one.pattern, one.starts)).toEqual([]);
    for (const start of one.starts) expect(start).toMatch(/^[!-~ ]{3,}$/);
  });

  const runPatterns = secretPatterns.flatMap((one) => ("runMin" in one ? [one] : []));

  it.each(runPatterns.map((one) => [one.id, one] as const))("%s is a long part of one word", (_id, one) => {
    for (const [first, ...elements] of alternativesOf(one.pattern)) {
      // What stands before a match is looked at with it; nothing may ask what stands behind, or further before.
      expect(first!.raw).toBe("\\b");
      expect(shortestOf(elements)).toBeGreaterThanOrEqual(one.runMin);
      for (const element of elementsIn(elements)) {
        expect(element.type).not.toBe("Assertion");
        if (element.type !== "Character" && !element.type.startsWith("CharacterClass")) continue;
        const { ascii, other } = charactersOf(element.raw, one.pattern.flags);
        expect(ascii.split("").filter((character) => !wordCharacters.includes(character))).toEqual([]);
        expect(other).toBe(false);
      }
    }
  });

  it("notices what is not declared: optional beginnings, alternatives, classes, and letters beyond ASCII that fold", () => {
    expect(undeclared(/x?token/, ["token"])).toEqual(["x"]);
    expect(undeclared(/token|pass/, ["token"])).toEqual(["p"]);
    expect(undeclared(/to(?:k|l)en/, ["tok"])).toEqual(["tol"]);
    expect(undeclared(/[st]oken/, ["token"])).toEqual(["s"]);
    expect(undeclared(/token/i, ["token"])).toEqual([]);
    expect(undeclared(/token/iu, ["token"])).toEqual(["to"]);
    expect(undeclared(/to/, ["token"])).toEqual(["to"]);
    expect(undeclared(/(?:to){1,2}ken/, ["toto", "token"])).toEqual([]);
    expect(undeclared(/(?<=a)token(?!b)/, ["token"])).toEqual([]);
  });
});

/** What a rule did with a text that its declared parts do not tell. */
function untold({ patterns, otherwise }: Applied, parts: readonly LintPart[]): readonly string[] {
  const unknown = patterns.filter((pattern) =>
    alternativesOf(pattern).some(
      (alternative) =>
        !parts.some(
          (part) => meaningOf(part.pattern) === meaningOf(pattern) && holds(alternative, part.pattern),
        ),
    ),
  );
  return [...unknown.map(String), ...(otherwise === 0 ? [] : ["takes the text for something else"])];
}

describe("what the rules of secretlint look for", () => {
  const texts = ["", [...fakeSecrets.values()].map(({ text }) => text).join("\n")];
  const advice = "where secretlint has changed: read the rule, and declare it anew in lint-parts.ts";

  it("has rules that are all declared, and no rule is declared that is not there", () => {
    const declared = new Set([...rulesOfNames, ...lintParts.map(({ rule }) => rule)]);
    const there = lintRules.map(({ name }) => name);
    expect([advice, ...[...declared].sort()]).toEqual([advice, ...there.sort()]);
  });

  it.each(lintRules.map(({ name, rule }) => [name, rule] as const))(
    "%s tries expressions that hold a declared part each, and does nothing else with a text",
    async (name, rule) => {
      const parts = lintParts.filter((part) => part.rule === name);
      for (const text of texts) {
        const applied = await appliedBy(name, rule, text);
        const tries = applied.patterns.length > 0;
        expect([advice, tries, untold(applied, parts)]).toEqual([advice, !rulesOfNames.has(name), []]);
      }
    },
  );

  it.each<[string, (content: string) => void, string]>([
    ["another expression", (content) => void content.match(/glpot-[a-z]{20}/u), "/glpot-[a-z]{20}/u"],
    ["another case", (content) => void content.match(/glpat-[a-z]{20}/iu), "/glpat-[a-z]{20}/iu"],
    ["one more alternative", (content) => void /glpat-[a-z]{20}|x/u.test(content), "/glpat-[a-z]{20}|x/u"],
    ["a text in small letters", (content) => void content.toLowerCase(), "takes the text for something else"],
  ])("a rule that looks for %s does not pass", async (_what, look, expected) => {
    const { rule } = lintRules[0]!;
    const changed = {
      ...rule,
      create: () => ({ file: (source: { content: string }) => look(source.content) }),
    };
    const parts = [{ rule: "gitlab", pattern: /glpat-[a-z]{20}/u, starts: ["glpat-"] }];
    expect(untold(await appliedBy("gitlab", changed as typeof rule, "some text"), parts)).toEqual([expected]);
  });

  it.each(lintParts.map((part) => [`${part.rule} ${part.pattern.source.slice(0, 20)}`, part] as const))(
    "a part of %s asks nothing of what stands around it",
    (_name, { pattern }) => {
      const elements = [...elementsIn(alternativesOf(pattern).flat())];
      expect(elements.filter(({ type }) => type === "Assertion" || type === "Backreference")).toEqual([]);
    },
  );
});
