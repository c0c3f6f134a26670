import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEntryPath } from "../../src/format/entry-path.ts";
import type { AbsentLine, IndexLine, StoredLine } from "../../src/format/entry.ts";
import { encodeIndexLine, encodeInventoryLine } from "../../src/format/encode-line.ts";
import { parseIndexLine, parseInventoryLine } from "../../src/format/index-line.ts";
import { anyInventoryLine, anyLine } from "../support/any-line.ts";
import { codeOf } from "./seal/outcome.ts";

function parsed(text: string): IndexLine {
  return parseIndexLine(text.replace(/\n$/, ""));
}

describe("an index line", () => {
  it("reads back as what was written, whatever bytes its names have", () => {
    fc.assert(
      fc.property(anyLine, (one) => {
        const text = encodeIndexLine(one);
        expect(text.endsWith("\n") && !text.slice(0, -1).includes("\n")).toBe(true);
        expect(parsed(text)).toEqual(one);
      }),
      { numRuns: 500 },
    );
  });

  it("has hex for names that are not UTF-8, and text for all others", () => {
    expect(named("\xff")).toMatchObject({ pathHex: "722fff" });
    expect(named("\xc3\xbc")).toMatchObject({ path: "r/ü" });
  });
});

function named(name: string): object {
  const path = parseEntryPath(Buffer.from(`r/${name}`, "latin1"));
  return JSON.parse(encodeIndexLine({ ...absent, path })) as object;
}

const absent: AbsentLine = {
  path: parseEntryPath(Buffer.from("r/a")),
  status: "vanished",
  type: "file",
  absent: true,
};
const file = {
  gid: 1,
  gname: "g",
  mode: "0644",
  mtime: "1",
  offset: 512,
  path: "r/a",
  sha256: "0".repeat(64),
  size: 10,
  status: "ok",
  type: "file",
  uid: 1,
  uname: "u",
};
const { offset: _offset, sha256: _sha256, size: _size, ...plainFile } = file;
const directory = { ...plainFile, type: "directory" };
const symlink = { ...plainFile, target: "t", type: "symlink" };
const hardlink = { ...plainFile, link: "r/0", type: "hardlink" };
const gone = { absent: true, path: "r/a", status: "vanished", type: "file" };

function sortedText(value: object): string {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}

describe("an index line that makes no sense is refused", () => {
  it.each([file, directory, symlink, hardlink, gone])("as it stands, %j makes sense", (one) => {
    expect(codeOf(() => parsed(sortedText(one)))).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ["no path", { ...file, path: undefined }, "bad-index"],
    ["a path twice, as text and as hex", { ...file, pathHex: "722fff" }, "bad-index"],
    ["hex of a path that is UTF-8", { ...file, path: undefined, pathHex: "722f61" }, "bad-index"],
    ["hex in upper case", { ...file, path: undefined, pathHex: "722fFF" }, "bad-schema"],
    ["half a byte of hex", { ...file, path: undefined, pathHex: "722ff" }, "bad-schema"],
    ["empty hex", { ...file, path: undefined, pathHex: "" }, "bad-schema"],
    ["a path that climbs", { ...file, path: "r/../a" }, "unsafe-path"],
    ["hex of a path that climbs", { ...file, path: undefined, pathHex: "722fff2f2e2e" }, "unsafe-path"],
    ["a NUL in a path", { ...file, path: "r/a\0" }, "unsafe-path"],
    ["no type", { ...file, type: undefined }, "bad-schema"],
    ["a type of its own", { ...file, type: "fifo" }, "bad-schema"],
    ["setuid", { ...file, mode: "4755" }, "bad-schema"],
    ["a mode of five digits", { ...file, mode: "00644" }, "bad-schema"],
    ["a mode as a number", { ...file, mode: 420 }, "bad-schema"],
    ["a time as a number", { ...file, mtime: 1 }, "bad-schema"],
    ["a time with a leading zero", { ...file, mtime: "01" }, "bad-schema"],
    ["a time of minus zero", { ...file, mtime: "-0" }, "bad-schema"],
    ["a time with a fraction", { ...file, mtime: "1.5" }, "bad-schema"],
    ["an endless time", { ...file, mtime: "1".repeat(28) }, "bad-schema"],
    ["a negative owner", { ...file, uid: -1 }, "bad-schema"],
    ["an owner of 33 bits", { ...file, uid: 2 ** 32 }, "bad-schema"],
    ["a negative size", { ...file, size: -1 }, "bad-schema"],
    ["a negative offset", { ...file, offset: -1 }, "bad-schema"],
    ["half a digest", { ...file, sha256: "0".repeat(32) }, "bad-schema"],
    ["a digest in upper case", { ...file, sha256: "A".repeat(64) }, "bad-schema"],
    ["a digest of a directory", { ...directory, sha256: "0".repeat(64) }, "bad-schema"],
    ["a size of a directory", { ...directory, size: 0 }, "bad-schema"],
    ["a target of a file", { ...file, target: "t" }, "bad-schema"],
    ["a file without digest", { ...file, sha256: undefined }, "bad-schema"],
    ["a file that is sparse: false", { ...file, sparse: false }, "bad-schema"],
    ["no target", { ...symlink, target: undefined }, "bad-index"],
    ["an empty target", { ...symlink, target: "" }, "unsafe-link"],
    ["a NUL in a target", { ...symlink, target: "a\0b" }, "unsafe-link"],
    ["a target of 4097 bytes", { ...symlink, target: "x".repeat(4097) }, "limit-exceeded"],
    ["a hard link to a path that climbs", { ...hardlink, link: "r/.." }, "unsafe-path"],
    ["a hard link to an absolute path", { ...hardlink, link: "/etc/passwd" }, "unsafe-path"],
    ["a status of its own", { ...file, status: "fine" }, "bad-schema"],
    ["a stored file called vanished", { ...file, status: "vanished" }, "bad-index"],
    ["a stored file called moved", { ...file, status: "moved" }, "bad-index"],
    ["a stored file called excluded", { ...file, status: "excluded:cache" }, "bad-index"],
    ["an exclusion without a rule", { ...gone, status: "excluded:" }, "bad-schema"],
    ["a directory called database", { ...directory, status: "database" }, "bad-index"],
    ["validBytes of all bytes", { ...file, status: "changed", validBytes: 10 }, "bad-index"],
    ["validBytes of a file called ok", { ...file, validBytes: 5 }, "bad-index"],
    ["validBytes of a database", { ...file, status: "database", validBytes: 5 }, "bad-index"],
    ["validBytes of a directory", { ...directory, validBytes: 5 }, "bad-schema"],
    ["an absent entry called ok", { ...gone, status: "ok" }, "bad-index"],
    ["an absent entry called changed", { ...gone, status: "changed" }, "bad-index"],
    ["an absent entry called database", { ...gone, status: "database" }, "bad-index"],
    ["absent: false", { ...gone, absent: false }, "bad-schema"],
    ["an absent entry with a mode", { ...gone, mode: "0644" }, "bad-schema"],
    ["an absent entry with a digest", { ...gone, sha256: "0".repeat(64) }, "bad-schema"],
    ["a reason of 4097 bytes", { ...gone, reason: "x".repeat(4097) }, "bad-schema"],
    ["an owner's name of 256 bytes", { ...file, uname: "x".repeat(256) }, "bad-schema"],
    ["an unknown key", { ...file, acl: "rwx" }, "bad-schema"],
    ["an array", [file], "bad-schema"],
  ])("%s: %s", (_title, value, code) => {
    const text = Array.isArray(value) ? JSON.stringify([1]) : sortedText(value);
    expect(codeOf(() => parsed(text))).toBe(code);
  });

  it.each<[string, object]>([
    ["a directory that vanished, kept for what was planned below it", { ...directory, status: "vanished" }],
    ["an unreadable entry with or without content", { ...file, status: "unreadable" }],
    ["zeros where content could not be read", { ...file, status: "unreadable", validBytes: 0 }],
    ["an empty file", { ...file, size: 0 }],
    ["the largest numbers", { ...file, gid: 0xffffffff, size: Number.MAX_SAFE_INTEGER, uid: 0xffffffff }],
    ["a target of 4096 bytes", { ...symlink, target: "x".repeat(4096) }],
    ["what was excluded, with how much of it", { ...gone, entries: 3, size: 5, status: "excluded:cache" }],
    ["a sparse database", { ...file, sparse: true, status: "database" }],
  ])("but %s is taken", (_title, value) => {
    const text = sortedText(value);
    expect(encodeIndexLine(parsed(text) as StoredLine)).toBe(`${text}\n`);
  });
});

describe("an inventory line", () => {
  it("reads back as what was written", () => {
    fc.assert(
      fc.property(anyInventoryLine, (one) => {
        expect(parseInventoryLine(encodeInventoryLine(one).slice(0, -1))).toEqual(one);
      }),
    );
  });

  const planned = { path: "r/a", size: 0, type: "file" };
  it.each<[string, object, string]>([
    ["no size", { ...planned, size: undefined }, "bad-schema"],
    ["a negative size", { ...planned, size: -1 }, "bad-schema"],
    ["an unknown key", { ...planned, mode: "0644" }, "bad-schema"],
    ["another type", { ...planned, type: "fifo" }, "bad-schema"],
    ["no path", { ...planned, path: undefined }, "bad-index"],
    ["a path that climbs", { ...planned, path: "r/.." }, "unsafe-path"],
  ])("with %s is refused", (_title, value, code) => {
    expect(codeOf(() => parseInventoryLine(sortedText(value)))).toBe(code);
  });
});
