import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type EntryPath,
  bytesBelowRoot,
  comparePaths,
  displayBytes,
  isRootId,
  parentOf,
  parseEntryPath,
  pathBytes,
  rootIdOf,
  rootPath,
  sortKey,
  textOf,
} from "../../src/format/entry-path.ts";
import { codeOf } from "./seal/outcome.ts";

function parsed(text: string): EntryPath {
  return parseEntryPath(Buffer.from(text, "latin1"));
}

const times = (count: number, text: string): string => Array.from({ length: count }, () => text).join("/");

describe("an entry path", () => {
  it.each([
    "state",
    "state/a",
    "workspace.main/a b/.c",
    "state/...",
    "state/..a",
    "state/a\nb",
    "state/C:",
    "state/a\\b",
    "state/\xff\xfe",
    "0/x",
    `state/${"x".repeat(255)}`,
    times(256, "a"),
    times(16, "x".repeat(255)),
  ])("may be %j", (text) => {
    const path = parsed(text);
    expect(pathBytes(path).toString("latin1")).toBe(text);
  });

  it.each([
    ["", "unsafe-path"],
    ["/", "unsafe-path"],
    ["/etc/passwd", "unsafe-path"],
    ["..", "unsafe-path"],
    [".", "unsafe-path"],
    ["../state", "unsafe-path"],
    ["state/..", "unsafe-path"],
    ["state/../../etc", "unsafe-path"],
    ["state/./a", "unsafe-path"],
    ["state/.", "unsafe-path"],
    ["state//a", "unsafe-path"],
    ["state/", "unsafe-path"],
    ["state/a/", "unsafe-path"],
    ["state/a\0b", "unsafe-path"],
    ["State/a", "unsafe-path"],
    [".state/a", "unsafe-path"],
    ["-state/a", "unsafe-path"],
    [".ocbak/plain/index.jsonl", "unsafe-path"],
    ["st_ate/a", "unsafe-path"],
    ["C:/a", "unsafe-path"],
    ["\\\\server/share", "unsafe-path"],
    ["st\xc3\xa4te/a", "unsafe-path"],
    ["state\n/a", "unsafe-path"],
    ["state\n", "unsafe-path"],
    [`state/${"x".repeat(256)}`, "limit-exceeded"],
    [times(257, "a"), "limit-exceeded"],
    [`${times(16, "x".repeat(255))}/`, "unsafe-path"],
    [`${times(16, "x".repeat(255))}/a`, "limit-exceeded"],
  ])("is never %j: %s", (text, code) => expect(codeOf(() => parsed(text))).toBe(code));

  it("has a root, a parent and bytes below the root", () => {
    const path = parsed("state/a/b");
    expect([rootIdOf(path), parentOf(path), bytesBelowRoot(path).toString()]).toEqual([
      "state",
      "state/a",
      "a/b",
    ]);
    const root = rootPath("state");
    expect([rootIdOf(root), parentOf(root), bytesBelowRoot(root).length]).toEqual(["state", undefined, 0]);
  });

  it.each([
    ["state", true],
    ["workspace.main-2", true],
    ["x".repeat(255), true],
    ["x".repeat(256), false],
    ["", false],
    ["a/b", false],
    ["a\n", false],
    ["A", false],
    [".a", false],
  ])("%j as the name of a root: %s", (text, expected) => expect(isRootId(text)).toBe(expected));
});

describe("the order of paths", () => {
  it("has what is below a folder before its neighbours", () => {
    const order = ["a", "a/b", "a/b/c", "a/b-c", "a/\xff", "a-b", "a.b", "aa"].map(parsed);
    const shuffled = fc.shuffledSubarray(order, { minLength: order.length });
    fc.assert(
      fc.property(shuffled, (paths) => {
        expect(paths.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))).toEqual(order);
      }),
    );
  });

  it("is that of components, byte by byte", () => {
    const component = fc
      .uint8Array({ minLength: 1, maxLength: 4 })
      .map((bytes) =>
        Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x2d : byte))).toString("latin1"),
      )
      .filter((name) => name !== "." && name !== "..");
    const path = fc.array(component, { maxLength: 4 }).map((names) => parsed(["r", ...names].join("/")));
    fc.assert(
      fc.property(path, path, (a, b) => {
        expect(Math.sign(compare(sortKey(a), sortKey(b)))).toBe(byComponents(a, b));
        expect(Math.sign(comparePaths(a, b))).toBe(byComponents(a, b));
      }),
      {
        numRuns: 1000,
      },
    );
  });
});

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byComponents(a: EntryPath, b: EntryPath): number {
  const [left, right] = [a.split("/"), b.split("/")];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = Buffer.compare(Buffer.from(left[at]!, "latin1"), Buffer.from(right[at]!, "latin1"));
    if (order !== 0) return order;
  }
  return Math.sign(left.length - right.length);
}

describe("a name shown to a person", () => {
  it.each([
    ["plain", "plain"],
    ["ümläut 名前 🦞", "ümläut 名前 🦞"],
    ["line\nfeed", "line\\x0afeed"],
    ["\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m"],
    ["\u009b31m", "\\x9b31m"],
    ["bell\u0007", "bell\\x07"],
    ["back\b", "back\\x08"],
    ["del\u007f", "del\\x7f"],
    ["\u202egnp.exe", "\\u{202e}gnp.exe"],
    ["\u2066a\u2069", "\\u{2066}a\\u{2069}"],
    ["\u200e\u200f", "\\u{200e}\\u{200f}"],
    ["zero\u200bwidth", "zero\\u{200b}width"],
    ["\ufeff", "\\u{feff}"],
    ["\u2028\u2029", "\\u{2028}\\u{2029}"],
    ["soft\u00adhyphen", "soft\\xadhyphen"],
    ["\u{e0001}", "\\u{e0001}"],
  ])("%j is shown as %j", (text, shown) => {
    expect(displayBytes(Buffer.from(text).toString("latin1"))).toBe(shown);
  });

  it("that is not UTF-8 has every byte but ASCII escaped", () => {
    expect(displayBytes("a\xff\xc3\xbcb\n")).toBe("a\\xff\\xc3\\xbcb\\x0a");
    expect(textOf("\xff")).toBeUndefined();
    expect(textOf("\xc3\xbc")).toBe("ü");
  });

  it("never holds a control character or a direction mark, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const shown = displayBytes(Buffer.from(bytes).toString("latin1"));
        // eslint-disable-next-line no-control-regex
        expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});
