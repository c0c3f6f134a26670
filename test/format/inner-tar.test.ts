import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEntryPath } from "../../src/format/entry-path.ts";
import type { StoredLine } from "../../src/format/entry.ts";
import { headerBytesMax, parseEntryHeader } from "../../src/format/inner-tar-parse.ts";
import {
  encodeControlHeader,
  encodeEntryHeader,
  entryHeaderBound,
  entryHeaderBytes,
} from "../../src/format/inner-tar.ts";
import { testAttributes } from "../support/archives.ts";
import { hasTools, isGnuTar } from "../support/tools.ts";

const isPresent = hasTools("that GNU tar reads the headers of entries", ["tar", "--version"]) && isGnuTar();

type Changes = { readonly [key in keyof StoredLine]?: StoredLine[key] } & {
  readonly size?: number;
  readonly target?: string;
  readonly link?: string;
};

function line(changes: Changes & { readonly name?: string }): StoredLine {
  const { name = "r/a", ...rest } = changes;
  const path = parseEntryPath(Buffer.from(name, "latin1"));
  const base = { path, type: "file", status: "ok", ...testAttributes, size: 0, sha256: "", offset: 0 };
  return { ...base, ...rest } as StoredLine;
}

/** What GNU tar lists of a header; it may well miss the content behind it. */
function listed(one: StoredLine): string {
  const args = ["-tv", "--full-time", "--utc", "--numeric-owner", "--quoting-style=escape", "-f", "-"];
  const tar = spawnSync("tar", args, {
    input: Buffer.concat([encodeEntryHeader(one), Buffer.alloc(1024)]),
    encoding: "latin1",
  });
  return tar.stdout.trim();
}

describe.skipIf(!isPresent)("GNU tar reads from a header", () => {
  const big = 8 * 1024 ** 3;
  // Fractions of a second before 1970 are in test/stock-tools: tar 1.34 unpacks them right, but lists them wrong.
  it.each<[string, StoredLine, RegExp]>([
    [
      "mode, owner, size and time",
      line({ mode: 0o751, uid: 12, gid: 34, size: 7, mtime: "0" }),
      /^-rwxr-x--x 12\/34 +7 1970-01-01 00:00:00 r\/a$/,
    ],
    [
      "a time in nanoseconds",
      line({ mtime: "1234567890123456789" }),
      / 2009-02-13 23:31:30\.123456789 r\/a$/,
    ],
    ["a whole second before 1970", line({ mtime: "-1000000000" }), / 1969-12-31 23:59:59 r\/a$/],
    [
      "the last second of an octal field",
      line({ mtime: "8589934591000000000" }),
      / 2242-03-16 12:56:31 r\/a$/,
    ],
    ["a time beyond an octal field", line({ mtime: "8589934592000000000" }), / 2242-03-16 12:56:32 r\/a$/],
    ["a size of 8 GiB less a byte", line({ size: big - 1 }), / 8589934591 /],
    ["a size of 8 GiB", line({ size: big }), / 8589934592 /],
    ["a size of 2^53-1", line({ size: Number.MAX_SAFE_INTEGER }), / 9007199254740991 /],
    ["the largest owner of a field", line({ uid: 0o7777777, gid: 0o7777777 }), / 2097151\/2097151 /],
    ["owners beyond it", line({ uid: 0o10000000, gid: 0xffffffff }), / 2097152\/4294967295 /],
    ["a directory", line({ type: "directory" }), /^drw-r--r--.* r\/a$/],
    ["a symbolic link", line({ type: "symlink", target: "../x" }), /^lrw-r--r--.* r\/a -> \.\.\/x$/],
    [
      "a hard link",
      line({ type: "hardlink", link: parseEntryPath(Buffer.from("r/0")) }),
      /^hrw-r--r--.* r\/a link to r\/0$/,
    ],
    ["a link target of 100 bytes", line({ type: "symlink", target: "t".repeat(100) }), / -> t{100}$/],
    ["a link target of 101 bytes", line({ type: "symlink", target: "t".repeat(101) }), / -> t{101}$/],
    ["a path of 100 bytes", line({ name: `r/${"x".repeat(98)}` }), / r\/x{98}$/],
    ["a path of 101 bytes", line({ name: `r/${"x".repeat(99)}` }), / r\/x{99}$/],
    [
      "a path of 4096 bytes",
      line({ name: `r${`/${"x".repeat(204)}`.repeat(19)}/${"y".repeat(199)}` }),
      /y{199}$/,
    ],
    ["a name in UTF-8", line({ name: "r/\xc3\xbc" }), / r\/(\xc3\xbc|\\303\\274)$/],
    ["a name that is not UTF-8", line({ name: "r/\xff\xfe" }), / r\/(\xff\xfe|\\377\\376)$/],
    ["a line feed in a name", line({ name: "r/a\nb" }), / r\/a\\nb$/],
    ["a name that looks like a record", line({ name: "r/a\n12 path=/etc" }), / r\/a\\n12 path=\/etc$/],
  ])("%s", (_title, one, expected) => expect(listed(one)).toMatch(expected));
});

const codes = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 0x2f);
const text = (most: number): fc.Arbitrary<string> =>
  fc.array(codes, { minLength: 1, maxLength: most }).map((all) => Buffer.from(all).toString("latin1"));
const anyLine = fc
  .record({
    name: text(255)
      .filter((name) => name !== "." && name !== "..")
      .map((name) => `r/${name}`),
    type: fc.constantFrom("file", "directory", "symlink"),
    target: text(300),
    mode: fc.integer({ min: 0, max: 0o777 }),
    mtime: fc.bigInt({ min: -(10n ** 19n), max: 10n ** 20n - 1n }).map(String),
    uid: fc.integer({ min: 0, max: 0xffffffff }),
    gid: fc.integer({ min: 0, max: 0xffffffff }),
    uname: fc.constantFrom("", "alice", "x".repeat(31), "x".repeat(32), "\xc3\xbc"),
    gname: fc.constantFrom("", "x".repeat(255)),
    size: fc.oneof(fc.nat(10_000), fc.maxSafeNat()),
  })
  .map(({ target, size, type, ...rest }) =>
    line({ ...rest, type, ...(type === "symlink" && { target }), size: type === "file" ? size : 0 }),
  );

describe("a header", () => {
  it("reads back as the line it was made from", () => {
    fc.assert(
      fc.property(anyLine, (one) => {
        const bytes = encodeEntryHeader(one);
        const found = parseEntryHeader(Buffer.concat([bytes, Buffer.alloc(512)]))!;
        expect(found.headerBytes).toBe(bytes.length);
        expect(encodeEntryHeader(found.line!).equals(bytes)).toBe(true);
        expect(found.line).toMatchObject({
          path: one.path,
          mode: one.mode,
          mtime: one.mtime,
          uid: one.uid,
          gid: one.gid,
        });
      }),
      { numRuns: 500 },
    );
  });

  it("is as long as is said of it, and the same where it is written over what was there", () => {
    fc.assert(
      fc.property(anyLine, (one) => {
        const bytes = encodeEntryHeader(one);
        const into = Buffer.alloc(headerBytesMax, 0xee);
        expect(entryHeaderBytes(one)).toBe(bytes.length);
        expect(encodeEntryHeader(one, into).equals(bytes)).toBe(true);
        expect(into.subarray(0, bytes.length).equals(bytes)).toBe(true);
        expect(into[bytes.length]).toBe(0xee);
      }),
    );
  });

  it("is not written where it has no room", () => {
    expect(() => encodeEntryHeader(line({ mtime: "1" }), Buffer.alloc(3 * 512 - 1))).toThrow(RangeError);
  });

  it("is never longer than its bound", () => {
    fc.assert(
      fc.property(anyLine, (one) => {
        const target = one.type === "symlink" ? one.target.length : 0;
        expect(encodeEntryHeader(one).length).toBeLessThanOrEqual(entryHeaderBound(one.path.length, target));
      }),
    );
  });

  it("that differs in a byte is none", () => {
    const one = line({ name: `r/${"\xff".repeat(120)}`, uid: 0xffffffff, mtime: "-1" });
    const bytes = encodeEntryHeader(one);
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([at, bits]) => {
        const other = Buffer.from(bytes);
        other[at]! ^= bits;
        const found = parseEntryHeader(other);
        // Another line has another header: what parses is never the same line written in another way.
        expect(found?.line === undefined || !encodeEntryHeader(found.line).equals(bytes)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([0, 100, 511, 512, 513])("cut after %d bytes is none", (length) => {
    const bytes = encodeEntryHeader(line({ mtime: "1" })).subarray(0, length);
    expect(parseEntryHeader(bytes)).toBeUndefined();
  });

  it.each([
    ["of a control entry is one block with a size", ".ocbak/plain/index.jsonl", 123],
    ["of the longest control entry is one block, too", ".ocbak/sealed/inventory.jsonl", 0o77777777777],
  ])("%s", (_title, name, size) => {
    const bytes = encodeControlHeader(name, size);
    expect(bytes).toHaveLength(512);
    expect(parseEntryHeader(bytes)).toMatchObject({ line: undefined, path: name, size });
  });
});
