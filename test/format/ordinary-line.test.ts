import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IndexLine, InventoryLine } from "../../src/format/entry.ts";
import {
  encodeAnyInventoryLine,
  encodeAnyLine,
  encodeIndexLine,
  encodeInventoryLine,
} from "../../src/format/encode-line.ts";
import {
  parseAnyInventoryLine,
  parseAnyLine,
  parseIndexLine,
  parseInventoryLine,
} from "../../src/format/index-line.ts";
import {
  encodeOrdinaryInventoryLine,
  encodeOrdinaryLine,
  parseOrdinaryInventoryLine,
  parseOrdinaryLine,
} from "../../src/format/ordinary-line.ts";
import { anyInventoryLine, anyLine } from "../support/any-line.ts";
import { bytesPath, testAttributes } from "../support/archives.ts";
import { errorOf } from "./seal/outcome.ts";

/** A value, or code and message of the refusal. */
function outcome(work: () => unknown): unknown {
  let value: unknown;
  const error = errorOf(() => (value = work()));
  return error === undefined ? value : { code: error.code, message: error.message };
}

const line = fc.oneof(
  { weight: 3, arbitrary: anyLine.map((one) => encodeAnyLine(one)) },
  anyInventoryLine.map((one) => encodeAnyInventoryLine(one)),
);
/** What stands where in a line and what it is put in place of: chars that mean something in JSON come often. */
const change = fc.record({
  at: fc.nat(400),
  drop: fc.nat(3),
  insert: fc.oneof(
    fc.constantFrom(
      "",
      '"',
      "\\",
      ",",
      "0",
      "-",
      "e",
      ".",
      " ",
      "}",
      "/",
      "\0",
      "\ud800",
      "\udc00",
      "ü",
      "\\u0041",
    ),
    fc.constantFrom('"status":"ok",', '"absent":true,', '"validBytes":1,', "/../", "9999999999999999"),
    fc.string({ maxLength: 3, unit: "binary" }),
  ),
});
const changed = fc.tuple(line, fc.array(change, { maxLength: 2 })).map(([text, changes]) =>
  changes.reduce((now, { at, drop, insert }) => {
    const place = at % (now.length + 1);
    return now.slice(0, place) + insert + now.slice(place + drop);
  }, text),
);

describe("a line of the ordinary form is read as by schema and canonical JSON", () => {
  it("whatever stands in it, and refused for the same reason", () => {
    fc.assert(
      fc.property(changed, (text) => {
        expect(outcome(() => parseIndexLine(text))).toStrictEqual(outcome(() => parseAnyLine(text)));
        expect(outcome(() => parseInventoryLine(text))).toStrictEqual(
          outcome(() => parseAnyInventoryLine(text)),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a line is written as canonical JSON", () => {
  it("whatever stands in it", () => {
    fc.assert(
      fc.property(anyLine, anyInventoryLine, (one, planned) => {
        expect(encodeIndexLine(one)).toBe(`${encodeAnyLine(one)}\n`);
        expect(encodeInventoryLine(planned)).toBe(`${encodeAnyInventoryLine(planned)}\n`);
      }),
      { numRuns: 1000 },
    );
  });

  const base = { path: bytesPath("r/a"), status: "ok", ...testAttributes } as const;
  const file: IndexLine = { ...base, type: "file", size: 1, offset: 0, sha256: "0".repeat(64) };
  it.each<[string, IndexLine]>([
    ["a size of minus zero", { ...file, size: -0 }],
    ["half a byte", { ...file, offset: 0.5 }],
    ["more bytes than can be counted", { ...file, size: 2 ** 53 }],
  ])("or not at all: %s", (_title, one) => expect(() => encodeIndexLine(one)).toThrow(RangeError));
  it("or not at all: an inventory line with half a byte", () => {
    expect(() => encodeInventoryLine({ path: base.path, type: "file", size: 0.5 })).toThrow(RangeError);
  });

  it.each<[string, IndexLine]>([
    ["a line with a member of its own", { ...file, acl: "rwx" } as IndexLine],
    ["a mode beyond the permission bits", { ...file, mode: 0o4755 }],
    ["a quote in an owner's name", { ...file, uname: 'a"b' }],
    ["a quote in a status", { ...file, status: 'excluded:"' }],
  ])("also %s", (_title, one) => expect(encodeIndexLine(one)).toBe(`${encodeAnyLine(one)}\n`));
});

describe("the fast way is taken for", () => {
  const base = { path: bytesPath("r/ü/a b.md"), status: "ok", ...testAttributes } as const;
  it.each<[string, IndexLine]>([
    ["a file", { ...base, type: "file", size: 1, offset: 512, sha256: "0".repeat(64) }],
    ["a database", { ...base, type: "file", status: "database", size: 1, offset: 0, sha256: "a".repeat(64) }],
    ["a directory", { ...base, type: "directory" }],
    ["a symbolic link", { ...base, type: "symlink", target: "../x" }],
  ])("%s", (_title, one) => {
    const text = encodeAnyLine(one);
    expect(encodeOrdinaryLine(one)).toBe(text);
    expect(parseOrdinaryLine(text)).toStrictEqual(one);
  });

  it.each(["file", "directory", "symlink", "hardlink"] as const)("a %s of an inventory", (type) => {
    const one: InventoryLine = { path: base.path, size: 5, type };
    const text = encodeAnyInventoryLine(one);
    expect(encodeOrdinaryInventoryLine(one)).toBe(text);
    expect(parseOrdinaryInventoryLine(text)).toStrictEqual(one);
  });
});
