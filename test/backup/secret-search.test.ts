import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodingOrReason } from "../../src/backup/content-scan/content-kind.ts";
import { findByLint } from "../../src/backup/content-scan/lint.ts";
import { type Literal, LiteralSearch } from "../../src/backup/content-scan/literal-search.ts";
import { SearchedText } from "../../src/backup/content-scan/searched-text.ts";
import { SecretSearch } from "../../src/backup/content-scan/secret-search.ts";
import { endOfRun, nextWordRun } from "../../src/backup/content-scan/word-runs.ts";
import { secretPatterns } from "../../src/openclaw/secret-patterns.ts";
import { appliedBy, lintRules } from "../support/applied-patterns.ts";
import { judgeByEveryRule } from "../support/every-rule.ts";
import { fakeSecrets } from "../support/fake-secrets.ts";
import { type Dice, dice, matchingText, oneOf } from "../support/matching-text.ts";

const search = new SecretSearch([]);

async function judge(content: Buffer, name: string): Promise<string | undefined> {
  const kind = encodingOrReason(content);
  if ("reason" in kind) return kind.reason;
  const bytes = Buffer.concat([content, Buffer.from(`\n${name}`, "latin1")]);
  const text = new SearchedText(bytes, content.length, kind.encoding);
  const { found, suspected } = search.search(text);
  return found ?? (suspected.size === 0 ? undefined : findByLint(text.text, suspected));
}

const name = "workspace.main/notes/a.md";
const bytesOf = (text: string): Buffer => Buffer.from(text);
const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

/** What may stand around a secret: what a file is then, and its name. */
const surroundings: readonly (readonly [string, (secret: string) => readonly [Buffer, string]])[] = [
  ["alone", (secret) => [bytesOf(secret), name]],
  ["in prose", (secret) => [bytesOf(`It was ${secret} all along.\n`), name]],
  ["behind a letter", (secret) => [bytesOf(`x${secret}`), name]],
  ["behind a letter beyond ASCII", (secret) => [bytesOf(`so \u00e9${secret}\u00e9 it is`), name]],
  ["behind the Kelvin sign", (secret) => [bytesOf(`\u212a\u017f${secret}\u017f`), name]],
  [
    "behind faces, which are two code units",
    (secret) => [bytesOf(`\u{1f600}\u{1f600} ${secret} \u{1f600}`), name],
  ],
  ["behind a byte order mark", (secret) => [bytesOf(`\ufeff${secret}\r\nend`), name]],
  ["behind two of them, and letters", (secret) => [bytesOf(`\ufeff\ufeff\u00fc ${secret}`), name]],
  ["in lines of Windows", (secret) => [bytesOf(`a\r\n${secret.replaceAll("\n", "\r\n")}\r\nb`), name]],
  ["in quotes and brackets", (secret) => [bytesOf(`{"k":["${secret}"]}`), name]],
  ["in Latin-1", (secret) => [latin1(`gr\xfc\xdfe ${secret} \xe9`), name]],
  ["in Latin-1 right beside", (secret) => [latin1(`\xe9${secret}\xe9`), name]],
  ["in UTF-16 as its bytes are", (secret) => [Buffer.from(secret, "utf16le"), name]],
  ["between bytes of UTF-16", (secret) => [latin1(`\xff\xfe${secret}\xfe\xff`), name]],
  ["in large letters", (secret) => [bytesOf(secret.toUpperCase()), name]],
  ["in small letters", (secret) => [bytesOf(secret.toLowerCase()), name]],
  [
    "at the end of the content, behind much",
    (secret) => [bytesOf(`${"word and word. ".repeat(99)}${secret}`), name],
  ],
  ["without its first character", (secret) => [bytesOf(secret.slice(1)), name]],
  ["without its last", (secret) => [bytesOf(` ${secret.slice(0, -1)} `), name]],
  ["twice", (secret) => [bytesOf(`${secret}${secret}`), name]],
  ["in a name", (secret) => [bytesOf("calm\n"), latin1(`workspace.main/${secret}`).toString("latin1")]],
  [
    "in a name beside letters beyond ASCII",
    (secret) => [bytesOf("\u00fc\n"), `workspace.main/\xc3\xbc${secret}`],
  ],
  ["cut by the end of the content", (secret) => [bytesOf(secret.slice(0, 9)), secret.slice(9)]],
];

/** Secrets of all kinds that are known, and texts made from every expression that is tried at all. */
async function secrets(): Promise<readonly string[]> {
  const patterns = secretPatterns.map(({ pattern }) => pattern);
  for (const { name, rule } of lintRules) patterns.push(...(await appliedBy(name, rule, "nothing")).patterns);
  const throwDice = dice(1);
  const made = patterns.flatMap((pattern) => [1, 2].map(() => matchingText(pattern, throwDice)));
  return [...[...fakeSecrets.values()].map(({ text }) => text), ...made];
}

describe("the search for secrets", () => {
  it.each(surroundings)("finds what every rule on the whole text finds: %s", async (_what, around) => {
    const all = await secrets();
    let found = 0;
    for (const secret of all) {
      const [content, name] = around(secret);
      const expected = await judgeByEveryRule(content, name);
      expect([content.toString(), name, await judge(content, name)]).toEqual([
        content.toString(),
        name,
        expected,
      ]);
      if (expected !== undefined) found += 1;
    }
    expect(found).toBeGreaterThan(all.length / 20);
  });

  it("finds it in texts put together from pieces of secrets, too", async () => {
    const pieces = [...(await secrets()).flatMap(piecesOf), " ", "\n", "\u00e9", ": ", "=", '"', "7", "aB3"];
    const throwDice = dice(2);
    for (let round = 0; round < 800; round += 1) {
      const content = bytesOf(soup(pieces, throwDice));
      const [expected, found] = [await judgeByEveryRule(content, name), await judge(content, name)];
      expect([content.toString(), found]).toEqual([content.toString(), expected]);
    }
  });
});

function piecesOf(text: string): readonly string[] {
  const half = text.length >> 1;
  return [text.slice(0, 8), text.slice(0, half), text.slice(half), text.slice(-8)];
}

function soup(pieces: readonly string[], throwDice: Dice): string {
  return Array.from({ length: 1 + throwDice(8) }, () => oneOf(pieces, throwDice)).join("");
}

describe("the search for literals", () => {
  const letters = fc.string({
    unit: fc.constantFrom("a", "B", "b", "A", "-", "\n"),
    minLength: 3,
    maxLength: 6,
  });

  it("hands over each place where one stands, and no other", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(letters, fc.boolean(), fc.nat()), { maxLength: 20 }),
        fc.array(letters, { maxLength: 20 }),
        (wanted, parts) => {
          const text = parts.join("");
          const literals = wanted.map(([text, ignoresCase, at]): Literal => {
            const bytes = Buffer.from(ignoresCase ? text.toLowerCase() : text);
            return { bytes, ignoresCase, noticedAt: at % (bytes.length - 2) };
          });
          const found: string[] = [];
          const all = new LiteralSearch(literals).some(Buffer.from(text), (index, at) => {
            found.push(`${index} ${at}`);
            return false;
          });
          const expected = literals.flatMap(({ bytes, ignoresCase }, index) => {
            const [where, what] = [ignoresCase ? text.toLowerCase() : text, bytes.toString()];
            return placesOf(where, what).map((at) => `${index} ${at}`);
          });
          expect([all, found.toSorted()]).toEqual([false, expected.toSorted()]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("ends where it is told to", () => {
    const literal = { bytes: Buffer.from("abc"), ignoresCase: false, noticedAt: 0 };
    let met = 0;
    expect(new LiteralSearch([literal]).some(Buffer.from("abcabc"), () => (met += 1) > 0)).toBe(true);
    expect(met).toBe(1);
  });
});

function placesOf(text: string, wanted: string): number[] {
  return Array.from(text, (_, at) => at).filter((at) => text.startsWith(wanted, at));
}

describe("the search for long words", () => {
  it("finds every run that is long enough, from its beginning to its end", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "Z", "5", ".", "_", "-", " ", "/", "\u00e9"), maxLength: 80 }),
        fc.integer({ min: 1, max: 9 }),
        (text, lengthMin) => {
          const content = Buffer.from(text, "latin1");
          const runs: string[] = [];
          for (let end = 0; ;) {
            const start = nextWordRun(content, end, lengthMin);
            if (start === -1) break;
            end = endOfRun(content, start);
            runs.push(content.toString("latin1", start, end));
          }
          expect(runs).toEqual(text.match(new RegExp(`[\\w.-]{${lengthMin},}`, "g")) ?? []);
        },
      ),
    );
  });
});
