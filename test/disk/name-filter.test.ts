import * as fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { compileRules } from "../../src/disk/glob.ts";
import { nameFilter } from "../../src/disk/name-filter.ts";
import { textOf } from "../../src/format/entry-path.ts";
import { workspaceSealRules } from "../../src/openclaw/classes/workspace.ts";

const expressions = workspaceSealRules.map(({ id, pattern }) => ({
  id,
  expression: picomatch.makeRe(pattern, { dot: true, flags: "si", windows: false, nonegate: true }),
}));

/** The first rule that picomatch itself finds. */
function found(path: string): string | undefined {
  const text = textOf(path) ?? path;
  return expressions.find(({ expression }) => expression.test(text))?.id;
}

/** A name that a glob is meant for, or one that is nearly so. */
const near = fc.constantFrom(...workspaceSealRules).chain(({ pattern }) => {
  const pieces = pattern.slice(3).split(/(@\([^)]*\)|\[[^\]]*\]|\*)/);
  return fc
    .tuple(...pieces.map((piece) => pieceOf(piece)), fc.constantFrom("", "", "", "x", ".", "\n"))
    .map((parts) => parts.join(""));
});

function pieceOf(piece: string): fc.Arbitrary<string> {
  if (piece === "*") return fc.constantFrom("", "x", ".", "-a.b", "\n", "\xff", "\xc4\xb0");
  if (piece.startsWith("@(")) return fc.constantFrom(...piece.slice(2, -1).split("|"), "@(a|b)");
  if (piece.startsWith("[")) return fc.constantFrom(...Array.from(piece.slice(1, -1)), piece, "q");
  return fc.constantFrom(piece, piece, piece.toUpperCase(), piece.slice(1), piece.replace("s", "\xc5\xbf"));
}

const folder = fc.constantFrom("", "a/", ".env/", "a.pem/b/", "\n/", "\xff/");
const name = fc.oneof(near, fc.string({ maxLength: 8, unit: "grapheme-ascii" })).filter(isName);

function isName(text: string): boolean {
  return text !== "" && text !== "." && text !== ".." && !/[/\0]/.test(text);
}

describe("which rule seals a path", () => {
  const seals = compileRules(workspaceSealRules, { ignoreCase: true });
  it("is the one that picomatch finds first, though most names are never shown to it", () => {
    fc.assert(
      fc.property(folder, name, (around, one) => {
        expect(seals(around + one)).toBe(found(around + one));
      }),
      { numRuns: 2000 },
    );
  });

  it("is decided by the last component alone for all rules of a workspace", () => {
    const isNamed = nameFilter(
      workspaceSealRules.map(({ pattern }) => pattern),
      { ignoreCase: true },
    );
    expect(["AGENTS.md", "index.ts", "0004989c.jsonl"].map((one) => isNamed!(one))).toEqual([
      false,
      false,
      false,
    ]);
  });
});

it.each([
  "a/*.pem",
  "*.pem",
  "**/a/b",
  "**/a**",
  "**/!(a)",
  "**/[!a]",
  "**/[a-z]x",
  "**/a?",
  "**/{a,b}",
  "**/+(a)",
  "**/a\\*",
  "**/(a)",
  "**/ü",
])("a glob such as %s must see the whole path", (pattern) => {
  expect(nameFilter(["**/*.pem", pattern], { ignoreCase: false })).toBeUndefined();
});
