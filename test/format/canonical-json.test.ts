import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JsonValue, encodeCanonical, parseCanonical } from "../../src/format/canonical-json.ts";
import { codeOf } from "./seal/outcome.ts";

const text = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed());
const integer = fc.maxSafeInteger().map((value) => value || 0);
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false),
    integer,
    text,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(text, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

function parse(bytes: string | Buffer): JsonValue {
  return parseCanonical(Buffer.from(bytes), "a test");
}

describe("canonical JSON", () => {
  it("reads back every value that it writes", () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(parse(encodeCanonical(one))).toEqual(one);
      }),
    );
  });

  it("writes back every text that it takes, and no other text for the same value", () => {
    const spaced = fc.tuple(value, fc.constantFrom(0, 1, 2));
    fc.assert(
      fc.property(spaced, ([one, indent]) => {
        const other = JSON.stringify(one, null, indent);
        const canonical = encodeCanonical(one);
        const code = codeOf(() => parse(other));
        expect(code).toBe(other === canonical ? undefined : "bad-json");
      }),
    );
  });

  it("changes with every changed byte", () => {
    const bytes = Buffer.from(encodeCanonical({ a: [1, "two", null], b: { ü: "\u20ac\n" }, c: -5 }));
    const changed = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(changed, ([at, change]) => {
        const other = Buffer.from(bytes);
        other[at]! ^= change;
        let parsed: JsonValue;
        try {
          parsed = parse(other);
        } catch {
          return;
        }
        expect(Buffer.from(encodeCanonical(parsed)).equals(other)).toBe(true);
      }),
    );
  });

  it.each([
    ['{"a":1,"b":2}', { a: 1, b: 2 }],
    ['{"10":1,"9":2}', { 10: 1, 9: 2 }],
    ['{"":0}', { "": 0 }],
    ['{"😀":2,"\ue000":1}', { "😀": 2, "\ue000": 1 }],
    ['"\\u001f\\n\\t\\b\\f\\r\\"\\\\/\u007f\u2028"', '\u001f\n\t\b\f\r"\\/\u007f\u2028'],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["-9007199254740991", Number.MIN_SAFE_INTEGER],
    ["null", null],
  ])("takes %s", (source, expected) => {
    expect(parse(source)).toEqual(expected);
  });

  it.each([
    ["a key twice", '{"a":1,"a":1}'],
    ["a key twice, once escaped", '{"a":1,"\\u0061":2}'],
    ["keys sorted by code point instead of by UTF-16", '{"\ue000":1,"😀":2}'],
    ["unsorted keys", '{"b":1,"a":2}'],
    ["a space after a colon", '{"a": 1}'],
    ["a space before", " 1"],
    ["a line feed after", "1\n"],
    ["an exponent", "1e3"],
    ["a capital exponent", "1E3"],
    ["a fraction", "1.5"],
    ["a fraction of nothing", "1.0"],
    ["minus nothing", "-0"],
    ["a plus", "+1"],
    ["a leading zero", "01"],
    ["2^53", "9007199254740992"],
    ["-2^53", "-9007199254740992"],
    ["a number of 400 digits", "1".repeat(400)],
    ["a needless escape", '"\\u0041"'],
    ["an escaped slash", '"\\/"'],
    ["an escape in upper case", '"\\u001F"'],
    ["a long escape where there is a short one", '"\\u000a"'],
    ["an escaped pair", '"\\ud83d\\ude00"'],
    ["an escaped high surrogate", '"\\ud83d"'],
    ["an escaped low surrogate", '"\\ude00"'],
    ["a raw control character", '"\u0001"'],
    ["a comma at the end", "[1,]"],
    ["a comment", "1/**/"],
    ["NaN", "NaN"],
    ["two values", "1 2"],
    ["nothing", ""],
    ["a byte order mark", "\ufeff1"],
    ["single quotes", "'a'"],
    ["a key without quotes", "{a:1}"],
  ])("refuses %s", (_title, source) => expect(codeOf(() => parse(source))).toBe("bad-json"));

  it.each([
    ["a surrogate in UTF-8", "22eda0bd22"],
    ["a pair of them (CESU-8)", "22eda0bdedb88022"],
    ["an overlong form", "22c0af22"],
    ["a byte that begins nothing", "22ff22"],
    ["a sequence cut short", "22e282"],
    ["beyond Unicode", "22f490808022"],
    ["UTF-16", "220061002200"],
  ])("refuses %s", (_title, hex) => expect(codeOf(() => parse(Buffer.from(hex, "hex")))).toBe("bad-json"));

  it.each([
    ["arrays", "[".repeat(32), "]".repeat(32), undefined],
    ["arrays too deep", "[".repeat(33), "]".repeat(33), "limit-exceeded"],
    ["objects too deep", '{"a":'.repeat(33), "}".repeat(33), "limit-exceeded"],
    ["a million brackets", "[".repeat(1_000_000), "", "limit-exceeded"],
    ["brackets in a text", `"${"[".repeat(100)}`, '"', undefined],
    ["brackets in a text behind an escaped quote", `"\\"${"[".repeat(100)}`, '"', undefined],
  ])("bounds the nesting of %s", (_title, open, close, code) => {
    const inner = open.startsWith("{") ? "1" : "";
    expect(codeOf(() => parse(`${open}${inner}${close}`))).toBe(code);
  });

  it.each([1.5, Number.NaN, Infinity, -0, 2 ** 53, "\ud800"])("cannot write %s", (one) => {
    expect(() => encodeCanonical([one])).toThrow(RangeError);
  });

  it("leaves out keys without a value, and keeps __proto__ as a key like others", () => {
    expect(encodeCanonical({ b: undefined, a: 1 })).toBe('{"a":1}');
    expect(encodeCanonical(parse('{"__proto__":1}'))).toBe('{"__proto__":1}');
  });
});
