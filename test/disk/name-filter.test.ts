import * as fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { compileRules } from "../../src/disk/glob.ts";
import { nameFilter } from "../../src/disk/name-filter.ts";
import { textOf } from "../../src/format/entry-path.ts";
import { exclusionRulesOf } from "../../src/openclaw/classes/exclusions.ts";
import { workspaceSealRules } from "../../src/openclaw/classes/workspace.ts";

interface Rule {
  readonly id: string;
  readonly pattern: string;
}

/** The first rule that picomatch itself finds. */
function finder(rules: readonly Rule[], flags: string): (path: string) => string | undefined {
  const options = { dot: true, flags, windows: false, nonegate: true };
  const compiled = rules.map(({ id, pattern }) => ({ id, expression: picomatch.makeRe(pattern, options) }));
  return (path) => {
    const text = textOf(path) ?? path;
    return compiled.find(({ expression }) => expression.test(text))?.id;
  };
}

/** A path that a glob is meant for, or one that is nearly so. */
function near(rules: readonly Rule[]): fc.Arbitrary<string> {
  return fc.constantFrom(...rules).chain(({ pattern }) => {
    const pieces = pattern.split(/(\*\*\/|@\([^)]*\)|\[[^\]]*\]|\*|\?)/);
    return fc
      .tuple(...pieces.map((piece) => pieceOf(piece)), fc.constantFrom("", "", "", "x", ".", "\n", "/x"))
      .map((parts) => parts.join(""));
  });
}

function pieceOf(piece: string): fc.Arbitrary<string> {
  if (piece === "**/") return fc.constantFrom("", "a/", ".env/", "a.pem/b/", "\n/", "\xff/");
  if (piece === "*" || piece === "?")
    return fc.constantFrom("", "x", ".", "-a.b", "\n", "\xff", "\xc4\xb0", "x/y");
  if (piece.startsWith("@(")) return fc.constantFrom(...piece.slice(2, -1).split("|"), "@(a|b)");
  if (piece.startsWith("[")) return fc.constantFrom(piece.charAt(1), piece.charAt(2), piece, "q");
  const changed = [piece.toUpperCase(), piece.slice(1), piece.replace("s", "\xc5\xbf")];
  return fc.oneof({ weight: 4, arbitrary: fc.constant(piece) }, fc.constantFrom(...changed));
}

function isClean(path: string): boolean {
  return path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
}

const state = exclusionRulesOf({ id: "state", kind: "state" });

describe("which rule names a path", () => {
  it.each<[string, readonly Rule[], boolean]>([
    ["is sealed", workspaceSealRules, true],
    ["is left out", state, false],
  ])("when it %s is the one that picomatch finds first", (_title, rules, ignoreCase) => {
    const named = compileRules(rules, { ignoreCase });
    const found = finder(rules, ignoreCase ? "si" : "s");
    const path = fc.oneof({ weight: 9, arbitrary: near(rules) }, fc.string({ maxLength: 8 })).filter(isClean);
    fc.assert(
      fc.property(path, (one) => {
        expect(named(one)).toBe(found(one));
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, readonly Rule[], boolean]>([
    ["are sealed", workspaceSealRules, true],
    ["are left out", state, false],
  ])("is known of most that %s by their last component", (_title, rules, ignoreCase) => {
    const isNamed = nameFilter(
      rules.map(({ pattern }) => pattern),
      { ignoreCase },
    );
    const usual = ["AGENTS.md", "index.ts", "0004989c.jsonl", "openclaw.json"];
    expect(usual.filter((one) => isNamed!(one))).toEqual(ignoreCase ? ["openclaw.json"] : []);
  });
});

it.each([
  "**",
  "a/**",
  "a/",
  "{a/b,c}/d",
  "{a,b/c}",
  "[a/b]",
  "**/a**",
  "**/!(a)",
  "**/[!a]",
  "**/[.-9]x",
  "**/[--a]x",
  "**/{a,b}",
  "**/+(a)",
  "**/a\\*",
  "**/(a)",
  "**/ü",
])("a glob such as %s must see the whole path", (pattern) => {
  expect(nameFilter(["**/*.pem", pattern], { ignoreCase: false })).toBeUndefined();
});
