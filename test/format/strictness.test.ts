import { describe, expect, it } from "vitest";
import { Archive } from "../../src/format/archive.ts";
import type { IndexLine, SectionName } from "../../src/format/entry.ts";
import { FormatError } from "../../src/format/errors.ts";
import { encodeIndexLine } from "../../src/format/encode-line.ts";
import { parseIndexLine } from "../../src/format/index-line.ts";
import { splitLines } from "../../src/format/index-reader.ts";
import { limits } from "../../src/format/limits.ts";
import { encodeManifest, parseManifest } from "../../src/format/manifest.ts";
import { SeekTable, encodeSeekTable } from "../../src/format/seek-table.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import { parseSectionHeader } from "../../src/format/section.ts";
import { TreeCheck } from "../../src/format/tree-check.ts";
import {
  bytesPath,
  memorySource,
  smallTrees,
  testAttributes,
  testManifest,
  writeTestArchive,
} from "../support/archives.ts";
import { membersOf, remade } from "../support/members.ts";

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (cause) {
    if (cause instanceof FormatError) return cause.code;
    throw cause;
  }
  return "accepted";
}

async function codeOfAsync(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "accepted",
    (cause: unknown) => {
      if (cause instanceof FormatError) return cause.code;
      throw cause;
    },
  );
}

function directory(path: string): IndexLine {
  return { path: bytesPath(path), type: "directory", status: "ok", ...testAttributes };
}

function symlink(path: string): IndexLine {
  return { path: bytesPath(path), type: "symlink", status: "ok", target: "a", ...testAttributes };
}

function moved(path: string): IndexLine {
  return { path: bytesPath(path), type: "file", status: "moved", absent: true };
}

it("what all frames decode to is bounded before one is decoded: at 16 TiB", () => {
  const storedBytes = 300;
  const codeFor = (frames: number): string =>
    codeOf(() => {
      const all = Array.from({ length: frames }, () => ({ storedBytes, contentBytes: limits.frameBytes }));
      return new SeekTable(encodeSeekTable(all), frames * storedBytes);
    });
  const most = 2 ** 44 / (8 * 1024 * 1024);
  expect(codeFor(most)).toBe("accepted");
  expect(codeFor(most + 1)).toBe("limit-exceeded");
});

describe("the tree of both sections", () => {
  const roots = { plain: new Set(["w"]), sealed: new Set(["w", "s"]) };
  const accept = (both: boolean, ...lines: [SectionName, IndexLine][]): string =>
    codeOf(() => {
      const tree = new TreeCheck(roots, { both });
      for (const [section, line] of lines) tree.accept(line, section);
      tree.end();
    });

  it.each<[string, boolean, [SectionName, IndexLine][], string]>([
    [
      "takes a sealed entry in a plain directory",
      true,
      [
        ["plain", directory("w")],
        ["sealed", symlink("w/a")],
      ],
      "accepted",
    ],
    [
      "refuses a plain entry in a sealed directory",
      true,
      [
        ["sealed", directory("w")],
        ["plain", symlink("w/a")],
      ],
      "unsafe-path",
    ],
    [
      "refuses a plain entry below a root that only the seal declares",
      true,
      [["plain", directory("s")]],
      "unsafe-path",
    ],
    ["refuses a root that is a symbolic link", true, [["plain", symlink("w")]], "unsafe-link"],
    [
      "takes a moved entry without its twin where the sealed index is closed",
      false,
      [
        ["plain", directory("w")],
        ["plain", moved("w/a")],
      ],
      "accepted",
    ],
    [
      "holds moved entries to their order without a key, too",
      false,
      [
        ["plain", directory("w")],
        ["plain", moved("w/b")],
        ["plain", moved("w/a")],
      ],
      "bad-index",
    ],
    [
      "refuses a moved entry that stands twice without a key, too",
      false,
      [
        ["plain", directory("w")],
        ["plain", moved("w/a")],
        ["plain", moved("w/a")],
      ],
      "duplicate-path",
    ],
    ["wants the parent of a moved entry without a key, too", false, [["plain", moved("w/a")]], "unsafe-path"],
  ])("%s", (_title, both, lines, code) => expect(accept(both, ...lines)).toBe(code));
});

describe("manifest.json", () => {
  const signer = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;

  it.each<[string, object, string]>([
    ["takes the 29th of February of a leap year", { createdAt: "2024-02-29T00:00:00Z" }, "accepted"],
    ["refuses the 29th of February of another year", { createdAt: "2026-02-29T00:00:00Z" }, "bad-schema"],
    ["refuses a leap second", { createdAt: "2026-06-30T23:59:60Z" }, "bad-schema"],
    ["takes the public key of a signer", { signer }, "accepted"],
    ["refuses a signer with base64 padding", { signer: `${signer.slice(0, -1)}=` }, "bad-schema"],
    ["refuses a signer that is no Ed25519 key", { signer: `ssh-ed25519 ${"A".repeat(68)}` }, "bad-schema"],
    [
      "measures texts in bytes of UTF-8: takes 64",
      { tool: { name: "ü".repeat(32), version: "1" } },
      "accepted",
    ],
    [
      "measures texts in bytes of UTF-8: refuses 66",
      { tool: { name: "ü".repeat(33), version: "1" } },
      "bad-schema",
    ],
  ])("%s", (_title, change, code) => expect(codeOf(() => parseManifest(bentManifest(change)))).toBe(code));

  it("reads back what it writes", () => {
    const bytes = encodeManifest(testManifest());
    expect(encodeManifest(parseManifest(bytes))).toEqual(bytes);
  });
});

function bentManifest(change: object): Buffer {
  return Buffer.from(JSON.stringify(sorted({ ...testManifest(), ...change })));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted((value as Record<string, unknown>)[key])]));
}

it("keeps every key of the sealed metadata, also __proto__", () => {
  const text = `{"archiveId":"${"a".repeat(30)}","manifestSha256":"${"b".repeat(64)}","metadata":{"__proto__":1},"roots":[],"section":"sealed"}`;
  const header = parseSectionHeader(Buffer.from(text), "sealed");
  expect("metadata" in header && Object.keys(header.metadata)).toEqual(["__proto__"]);
});

describe("index lines", () => {
  const absent = { path: bytesPath("w/a"), type: "file", absent: true } as const;
  it.each<[string, IndexLine, string]>([
    [
      "says how much an excluded entry holds",
      { ...absent, status: "excluded:cache", entries: 3, size: 4 },
      "accepted",
    ],
    ["says no size of a moved entry", { ...absent, status: "moved", size: 4 }, "bad-index"],
    [
      "says no number of entries of a vanished one",
      { ...absent, status: "vanished", entries: 1 },
      "bad-index",
    ],
    [
      "has owner names of 255 bytes at most",
      { ...directory("w"), uname: "\u00c3\u00bc".repeat(128) },
      "bad-schema",
    ],
    ["has no NUL in owner names", { ...directory("w"), gname: "a\0b" }, "bad-schema"],
  ])("%s", (_title, line, code) =>
    expect(codeOf(() => parseIndexLine(encodeIndexLine(line).trimEnd()))).toBe(code),
  );

  it("are measured in bytes, not in characters", () => {
    expect(codeOf(() => splitLines(lineOf(limits.lineBytes), "x"))).toBe("accepted");
    expect(codeOf(() => splitLines(lineOf(limits.lineBytes + 3), "x"))).toBe("limit-exceeded");
  });
});

function lineOf(bytes: number): Buffer {
  return Buffer.from(`${"\u20ac".repeat((bytes - 1) / 3)}\n`);
}

it.each([
  ["takes a frame as long as the longest content can make it", limits.frameStoredBytes, "accepted"],
  ["refuses a longer one, so that no more is ever held", limits.frameStoredBytes + 1, "limit-exceeded"],
])("a seek table %s", (_title, storedBytes, code) => {
  const table = encodeSeekTable([{ storedBytes, contentBytes: 1 }]);
  expect(codeOf(() => new SeekTable(table, storedBytes))).toBe(code);
});

describe("extension members", () => {
  const optional = ["note"];
  it.each<[string, readonly string[], string]>([
    ["are taken where they are announced", ["ext/note/a", "ext/note/b.txt"], "accepted"],
    ["are refused where they are not", ["ext/other/a"], "bad-member"],
    ["are refused out of order", ["ext/note/b", "ext/note/a"], "bad-member"],
    ["are refused twice", ["ext/note/a", "ext/note/a"], "bad-member"],
    ["are refused with a name that climbs", ["ext/note/.."], "bad-member"],
    ["are refused with a name that stays", ["ext/note/."], "bad-member"],
    ["are refused in a folder of their own", ["ext/note/a/b"], "bad-member"],
  ])("%s", async (_title, names, code) => {
    expect(await openWith(names)).toBe(code);
  });

  it("are refused with dirty padding, whatever checksums.json says of it", async () => {
    expect(await openWith(["ext/note/a"], Buffer.alloc(511, 1))).toBe("bad-member");
  });

  async function openWith(names: readonly string[], padding?: Buffer): Promise<string> {
    const { recipient } = await generateIdentity("x25519");
    const { bytes } = await writeTestArchive({
      sealing: { recipients: [recipient] },
      manifest: { optional },
    });
    const { archiveId } = membersOf(bytes)[0]!;
    const extra = names.map((name) => ({
      name,
      archiveId,
      content: Buffer.from("x"),
      ...(padding && { padding }),
    }));
    const whole = remade(bytes, { members: (members) => [...members, ...extra] });
    return codeOfAsync(Archive.open(memorySource(whole)));
  }
});

it("gives out nothing of a plain section that is not the one the seal was made with", async () => {
  const { recipient } = await generateIdentity("x25519");
  const sealing = { recipients: [recipient] };
  const first = await writeTestArchive({ sealing });
  const forged = { ...smallTrees.plain, "workspace.main/MEMORY.md": "# Memory\nlikes gin\n" };
  const second = await writeTestArchive({ sealing, manifest: first.manifest, plain: forged });
  const [original, forgery] = [membersOf(first.bytes)[1]!.content, membersOf(second.bytes)[1]!.content];
  expect(forgery).toHaveLength(original.length);
  const bytes = Buffer.from(first.bytes);
  forgery.copy(bytes, bytes.indexOf(original));
  const archive = await Archive.open(memorySource(bytes));
  const opened = archive.openEntries(first.written.fileKey, { prove: false });
  expect(await codeOfAsync(opened)).toBe("digest-mismatch");
});
