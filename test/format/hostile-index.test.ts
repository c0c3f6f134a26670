import { describe, expect, it } from "vitest";
import type { IndexLine, StoredLine } from "../../src/format/entry.ts";
import { encodeEntryHeader, paddingAfter } from "../../src/format/inner-tar.ts";
import { bytesPath } from "../support/archives.ts";
import { type Bend, type HostileCase, added, dirty, entryBent, outcomeOf } from "../support/bends.ts";
import { type Bends, draftEntry } from "../support/hostile.ts";

function lines(bend: (lines: string[]) => string[]): Bends {
  return { sealed: (draft) => (draft.index = bend) };
}

const otherSizes: Bend = (draft) =>
  (draft.inventory = (all) => all.map((line) => line.replace('"size":6,', '"size":7,')));

describe("an index that is not that of its tar stream is refused", () => {
  const json = "state/openclaw.json";
  it.each<HostileCase>([
    ["an offset that lies", "bad-index", entryBent(json, (one) => (one.offset = 512))],
    ["an offset before the section", "bad-schema", entryBent(json, (one) => (one.offset = -1e6))],
    [
      "a gap between entries",
      "bad-index",
      entryBent(json, (one) => (one.padding = Buffer.alloc(paddingAfter(one.content.length) + 512))),
    ],
    [
      "a gap after the last entry",
      "bad-index",
      entryBent(
        "workspace.main/.env",
        (one) => (one.padding = Buffer.alloc(paddingAfter(one.content.length) + 512)),
      ),
    ],
    [
      "an entry of the tar that the index does not name",
      "bad-index",
      entryBent(
        json,
        (one) =>
          (one.header = Buffer.concat([
            encodeEntryHeader({ ...(one.line as StoredLine), path: bytesPath("state/aaa") }),
            dirty(1024),
            encodeEntryHeader(one.line as StoredLine),
          ])),
      ),
    ],
    [
      "another mode in the tar",
      "bad-tar",
      entryBent(json, (one) => (one.header = encodeEntryHeader({ ...one.line, mode: 0o777 } as StoredLine))),
    ],
    [
      "setuid in the tar",
      "bad-tar",
      entryBent(json, (one) => (one.header = encodeEntryHeader({ ...one.line, mode: 0o4755 } as StoredLine))),
    ],
    [
      "another name in the tar",
      "bad-tar",
      entryBent(
        json,
        (one) =>
          (one.header = encodeEntryHeader({
            ...one.line,
            path: bytesPath("state/openclaw.jsox"),
          } as StoredLine)),
      ),
    ],
    [
      "another type in the tar",
      "bad-tar",
      entryBent(
        "state/zz",
        (one) =>
          (one.header = encodeEntryHeader({
            ...one.line,
            type: "symlink",
            target: json,
          } as unknown as StoredLine)),
      ),
    ],
    [
      "another link target in the tar",
      "bad-tar",
      entryBent(
        "state/zz",
        (one) =>
          (one.header = encodeEntryHeader({ ...one.line, link: bytesPath("state/empty") } as StoredLine)),
      ),
    ],
    [
      "another time in the tar",
      "bad-tar",
      entryBent(
        json,
        (one) =>
          (one.header = encodeEntryHeader({ ...one.line, mtime: "1700000000123456788" } as StoredLine)),
      ),
    ],
    [
      "other content than the digest says",
      "digest-mismatch",
      entryBent(json, (one) => (one.content = Buffer.from(one.content).fill("x", 0, 1))),
    ],
    [
      "less content than the size says",
      "bad-index",
      entryBent(json, (one) => (one.line = { ...one.line, size: 1000 } as IndexLine)),
    ],
    [
      "content after validBytes",
      "bad-index",
      entryBent(json, (one) => (one.line = { ...one.line, status: "changed", validBytes: 5 } as IndexLine)),
    ],
    [
      "dirty padding after content",
      "bad-tar",
      entryBent(json, (one) => (one.padding = dirty(paddingAfter(one.content.length)))),
    ],
    [
      "an index line that is not canonical",
      "bad-json",
      lines(([first, ...rest]) => [first!.replace(":", ": "), ...rest]),
    ],
    [
      "an index line with a key twice",
      "bad-json",
      lines(([first, ...rest]) => [first!.replace('"gid":', '"gid":1000,"gid":'), ...rest]),
    ],
    ["an unknown key", "bad-schema", lines(([first, ...rest]) => [first!.replace("{", '{"a":1,'), ...rest])],
    [
      "a path that climbs",
      "unsafe-path",
      lines((all) => all.map((line) => line.replace("state/empty", "state/../empty"))),
    ],
    [
      "an absolute path",
      "unsafe-path",
      lines((all) => all.map((line) => line.replace("state/empty", "/etc/passwd"))),
    ],
    ["an empty line", "bad-json", lines((all) => [...all, "\n"])],
    ["no line feed at the end", "bad-index", lines((all) => [...all.slice(0, -1), all.at(-1)!.slice(0, -1)])],
    [
      "bytes that are not UTF-8",
      "bad-index",
      {
        sealed: (draft) =>
          (draft.frames = (contents) =>
            contents.map((content, index) =>
              index === 3 ? replaced(content, "alice", "\xff\xff\xff\xff\xff") : content,
            )),
      },
    ],
  ])("%s: %s", async (_title, code, bends) => {
    expect(await outcomeOf(bends)).toBe(code);
  });

  it("content up to validBytes and zeros after it are taken", async () => {
    const bends = entryBent(json, (one) => {
      const { line } = draftEntry(json, "12345\0\0\0");
      Object.assign(one, {
        content: Buffer.from("12345\0\0\0"),
        line: { ...line, status: "changed", validBytes: 5 },
      });
    });
    expect(await outcomeOf(bends)).toBe("full");
  });
});

function replaced(content: Buffer, from: string, to: string): Buffer {
  const bytes = Buffer.from(content);
  bytes.write(to, bytes.indexOf(from), "latin1");
  return bytes;
}

describe("an inventory that is not that of its index is refused", () => {
  it.each<HostileCase>([
    [
      "an entry that was not planned",
      "bad-index",
      entryBent("state/openclaw.json", (one) => (one.unplanned = true)),
    ],
    [
      "the last entry not planned",
      "bad-index",
      entryBent("workspace.main/.env", (one) => (one.unplanned = true)),
    ],
    [
      "a planned entry that was not written",
      "bad-index",
      entryBent("state/empty", (one) => (one.unwritten = true)),
    ],
    [
      "a planned entry twice",
      "bad-index",
      { sealed: (draft) => (draft.inventory = ([first, ...rest]) => [first!, first!, ...rest]) },
    ],
    ["out of order", "bad-index", { sealed: (draft) => (draft.inventory = (all) => all.toReversed()) }],
    [
      "a size for a directory",
      "bad-index",
      {
        sealed: (draft) =>
          (draft.inventory = (all) =>
            all.map((line) => line.replace('"size":0,"type":"directory"', '"size":7,"type":"directory"'))),
      },
    ],
    [
      "not canonical",
      "bad-json",
      { sealed: (draft) => (draft.inventory = (all) => all.map((line) => line.replace("{", "{ "))) },
    ],
    [
      "an unknown key",
      "bad-schema",
      { sealed: (draft) => (draft.inventory = (all) => all.map((line) => line.replace("{", '{"a":1,'))) },
    ],
    [
      "no line feed at its end",
      "bad-index",
      { sealed: (draft) => (draft.inventory = (all) => [...all.slice(0, -1), all.at(-1)!.slice(0, -1)]) },
    ],
  ])("%s: %s", async (_title, code, bends) => {
    expect(await outcomeOf(bends)).toBe(code);
  });

  it("what is missing in the inventory but has no content is taken", async () => {
    const gone = { ...draftEntry("state/gone", { absent: "excluded:sidecar" }), unplanned: true } as const;
    expect(await outcomeOf(added(gone))).toBe("full");
  });

  it("another size than planned is taken", async () => {
    expect(await outcomeOf({ sealed: otherSizes })).toBe("full");
  });
});
