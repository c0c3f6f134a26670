import { describe, expect, it } from "vitest";
import { type JsonValue, encodeCanonical } from "../../src/format/canonical-json.ts";
import { encodeEnd, parseEnd } from "../../src/format/checksums.ts";
import { encodeManifest, type Manifest, parseManifest } from "../../src/format/manifest.ts";
import type { ArchiveId } from "../../src/format/schema.ts";
import { testManifest } from "../support/archives.ts";
import { codeOf } from "./seal/outcome.ts";

type Json = { [key: string]: JsonValue };

function outcomeOf(changes: { [key: string]: JsonValue | undefined }): string | undefined {
  const manifest = { ...(testManifest() as unknown as Json), ...changes };
  return codeOf(() => parseManifest(Buffer.from(encodeCanonical(manifest))));
}

describe("manifest.json", () => {
  it("reads back as what was written", () => {
    const manifest = testManifest({
      optional: ["notes"],
      extensions: { notes: { any: ["thing", 1, null] } },
      series: { id: "0d".repeat(15) as ArchiveId, previous: "ab".repeat(32), sequence: 7 },
      tags: ["a", "ü"],
    });
    expect(parseManifest(encodeManifest(manifest))).toEqual(manifest);
  });

  it("keeps a key `__proto__` of an extension, as a reader does", () => {
    const extensions = JSON.parse('{"notes":{"__proto__":[1]}}') as NonNullable<Manifest["extensions"]>;
    const manifest = testManifest({ optional: ["notes"], extensions });
    expect(encodeManifest(manifest).toString()).toContain('"extensions":{"notes":{"__proto__":[1]}}');
    expect(encodeManifest(parseManifest(encodeManifest(manifest)))).toEqual(encodeManifest(manifest));
  });

  it.each<[string, string | undefined, { [key: string]: JsonValue | undefined }]>([
    ["another format", "not-an-archive", { format: "zip" }],
    ["no format", "not-an-archive", { format: undefined }],
    ["a newer version", "newer-format", { formatVersion: 2 }],
    ["an older version", "bad-schema", { formatVersion: 0 }],
    ["a version that is no number", "bad-schema", { formatVersion: "1" }],
    ["a critical feature", "unknown-critical", { critical: ["chapters"] }],
    ["no list of critical features", "bad-schema", { critical: undefined }],
    [
      "a newer version that has no critical features",
      "newer-format",
      { formatVersion: 2, critical: undefined },
    ],
    ["no version", "bad-schema", { formatVersion: undefined }],
    ["an unknown key", "bad-schema", { chapters: 1 }],
    ["an id in upper case", "bad-schema", { archiveId: "0A".repeat(15) }],
    ["an id that is too short", "bad-schema", { archiveId: "0a".repeat(14) }],
    ["a time in another form", "bad-schema", { createdAt: "2026-11-22T10:00:00+01:00" }],
    ["segments below 64 KiB", "bad-schema", { segmentBytes: 65_535 }],
    ["segments over 64 MiB", "bad-schema", { segmentBytes: 64 * 1024 * 1024 + 1 }],
    ["an optional feature with a name of its own kind", "bad-schema", { optional: ["Notes"] }],
    ["an optional feature twice", "bad-schema", { optional: ["notes", "notes"] }],
    ["an extension that is not announced", "bad-schema", { extensions: { notes: 1 } }],
    ["65 optional features", "bad-schema", { optional: Array.from({ length: 65 }, (_, at) => `n${at}`) }],
    ["a root with an id that climbs", "bad-schema", { roots: [{ id: "..", sourcePath: "/" }] }],
    [
      "a root twice",
      "duplicate-path",
      {
        roots: [
          { id: "a", sourcePath: "/" },
          { id: "a", sourcePath: "/" },
        ],
      },
    ],
    ["a negative total", "bad-schema", { plannedPlain: { contentBytes: -1, entries: 0 } }],
    ["an unknown optional feature", undefined, { optional: ["notes"] }],
    [
      "an unknown optional feature with an extension",
      undefined,
      { optional: ["notes"], extensions: { notes: {} } },
    ],
    ["segments of 64 MiB", undefined, { segmentBytes: 64 * 1024 * 1024 }],
  ])("with %s: %s", (_title, code, changes) => expect(outcomeOf(changes)).toBe(code));

  it("is checked in order: JSON, format, version, critical features, schema", () => {
    const all = { format: "zip", formatVersion: 2, critical: ["x"], unknown: 1 };
    expect(codeOf(() => parseManifest(Buffer.from('{"format": "zip"}')))).toBe("bad-json");
    expect(outcomeOf(all)).toBe("not-an-archive");
    expect(outcomeOf({ ...all, format: "ocbak" })).toBe("newer-format");
    expect(outcomeOf({ ...all, format: "ocbak", formatVersion: 1 })).toBe("unknown-critical");
    expect(outcomeOf({ ...all, format: "ocbak", formatVersion: 1, critical: [] })).toBe("bad-schema");
  });

  it.each(["[]", "null", "1", '"ocbak"', "{}"])("%s is that of no archive", (text) => {
    expect(codeOf(() => parseManifest(Buffer.from(text)))).toBe("not-an-archive");
  });
});

describe("end", () => {
  const sha256 = "ab".repeat(32);
  it.each([0, 1, Number.MAX_SAFE_INTEGER])("is 512 bytes whatever the numbers: %d", (number) => {
    const end = {
      archiveId: "0d".repeat(15) as ArchiveId,
      archiveBytes: number,
      checksums: { bytes: Math.min(number, 1024 * 1024), offset: number, sha256 },
      header: { bytes: number, sha256 },
    };
    expect(encodeEnd(end)).toHaveLength(512);
    expect(parseEnd(encodeEnd(end))).toEqual(end);
  });
});
