import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeCanonical, parseCanonical } from "../../src/format/canonical-json.ts";
import { encodeChecksums, encodeEnd, parseChecksums, parseEnd } from "../../src/format/checksums.ts";
import { FormatError } from "../../src/format/errors.ts";
import { encodeIndexLine, encodeInventoryLine } from "../../src/format/encode-line.ts";
import { parseIndexLine, parseInventoryLine } from "../../src/format/index-line.ts";
import { splitLines } from "../../src/format/index-reader.ts";
import { parseEntryHeader } from "../../src/format/inner-tar-parse.ts";
import { controlPath, encodeControlHeader, encodeEntryHeader } from "../../src/format/inner-tar.ts";
import { encodeManifest, parseManifest } from "../../src/format/manifest.ts";
import { encodeMemberHeader, parseMemberHeader } from "../../src/format/member.ts";
import { decodeAgeHeader, encodeAgeHeader } from "../../src/format/seal/stanza.ts";
import {
  encodeClose,
  encodeSectionHeader,
  parseClose,
  parseSectionHeader,
} from "../../src/format/section.ts";
import { SeekTable, encodeSeekTable } from "../../src/format/seek-table.ts";
import { bytesPath, testAttributes, testManifest } from "../support/archives.ts";
import { mutateBytes } from "../fuzz/mutate-bytes.ts";
import { type Json, encodeJson, mutateJson, mutateJsonText } from "../fuzz/mutate-json.ts";
import { Rng } from "../fuzz/rng.ts";
import { withChecksums } from "../support/tar-checksum.ts";

const id = "0a".repeat(15);
const sha256 = "0b".repeat(32);
const sums = { segments: 3, segmentsSha256: sha256, storedBytes: 200_000 };
const head = { archiveId: id, manifestSha256: sha256 };
const index = { bytes: 300, offset: 4096, sha256 };
const place = { bytes: 500, offset: 70_000, sha256 };
const manifest = testManifest({
  optional: ["notes"],
  extensions: { notes: { a: [1, "x", null] } },
  series: { id: testManifest().archiveId, previous: sha256, sequence: 3 },
  tags: ["ü", "before the move"],
});
const base = { path: bytesPath("r/a"), status: "ok", ...testAttributes } as const;
const file = { ...base, type: "file", size: 5, sha256, offset: 2048 } as const;
const symlink = { ...base, type: "symlink", target: "../b", path: bytesPath("r/ü") } as const;
const absent = {
  path: base.path,
  type: "directory",
  status: "excluded:cache",
  absent: true,
  entries: 3,
} as const;
const stanzas = [
  { type: "X25519", args: ["x", "y"], body: Buffer.alloc(32, 7) },
  { type: "a-grease", args: [], body: Buffer.alloc(48) },
];

/** One member of the format: what is written of it, and what its reader makes of any bytes, written again. */
interface Form {
  readonly sample: string | Buffer;
  readonly again: (bytes: Buffer) => string | Buffer | undefined;
}

const texts: { readonly [what: string]: Form } = {
  "canonical JSON": {
    sample: encodeCanonical({ a: [1, "two", null], b: { "": false, ü: "\u20ac\n" }, c: -5 }),
    again: (bytes) => encodeCanonical(parseCanonical(bytes, "a test")),
  },
  "manifest.json": {
    sample: encodeManifest(manifest),
    again: (bytes) => encodeManifest(parseManifest(bytes)),
  },
  "checksums.json": {
    sample: encodeChecksums({
      ...head,
      extensions: { bytes: 0, sha256 },
      plain: sums,
      sealed: sums,
    } as never),
    again: (bytes) => encodeChecksums(parseChecksums(bytes)),
  },
  end: {
    sample: encodeEnd({
      archiveId: id,
      archiveBytes: 9,
      checksums: place,
      header: { bytes: 1, sha256 },
    } as never),
    again: (bytes) => encodeEnd(parseEnd(bytes)),
  },
  "section.json of the plain section": {
    sample: encodeSectionHeader({ ...head, section: "plain" } as never),
    again: (bytes) => encodeSectionHeader(parseSectionHeader(bytes, "plain")),
  },
  "section.json of the sealed section": {
    sample: encodeSectionHeader({
      ...head,
      section: "sealed",
      metadata: { a: [{ b: 1 }], c: "x" },
      roots: [{ id: "r", sourcePath: "/r" }],
    } as never),
    again: (bytes) => encodeSectionHeader(parseSectionHeader(bytes, "sealed")),
  },
  "close.json": {
    sample: encodeClose({ entries: 5, index, plainSegmentsSha256: sha256 }),
    again: (bytes) => encodeClose(parseClose(bytes, "sealed")),
  },
  "an index line of a file": lineForm(
    encodeIndexLine({ ...file, status: "changed", validBytes: 2, sparse: true }),
  ),
  "an index line of a link": lineForm(encodeIndexLine(symlink)),
  "an index line of what is absent": lineForm(encodeIndexLine(absent)),
  "an inventory line": lineForm(encodeInventoryLine({ path: base.path, size: 5, type: "file" }), (line) =>
    encodeInventoryLine(parseInventoryLine(line)),
  ),
};

function lineForm(
  line: string,
  again: (line: string) => string = (one) => encodeIndexLine(parseIndexLine(one)),
): Form {
  return {
    sample: line.slice(0, -1),
    again: (bytes) => {
      const lines = splitLines(Buffer.concat([bytes, Buffer.from("\n")]), "a test");
      return lines
        .map((one) => again(one))
        .join("")
        .slice(0, -1);
    },
  };
}

const frames = [
  { storedBytes: 100, contentBytes: 1024 },
  { storedBytes: 70_000, contentBytes: 2_097_152 },
  { storedBytes: 60, contentBytes: 512 },
];
const binaries: { readonly [what: string]: Form } = {
  "an outer header": {
    sample: encodeMemberHeader({
      name: "manifest.json",
      archiveId: testManifest().archiveId,
      sizeBytes: 529,
    }),
    again: (bytes) => {
      const header = parseMemberHeader(bytes);
      return header && encodeMemberHeader(header);
    },
  },
  "an entry header": entryForm(encodeEntryHeader(file)),
  "an entry header with pax records": entryForm(
    encodeEntryHeader({ ...symlink, uid: 3_000_000, target: "t".repeat(150), mtime: "-5" }),
  ),
  "a control header": entryForm(encodeControlHeader(controlPath("plain", "index.jsonl"), 700)),
  "a seek table": {
    sample: encodeSeekTable(frames),
    again: (bytes) => {
      const stored = frames.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
      const table = bytes.length < 17 ? undefined : new SeekTable(bytes, stored);
      return table && encodeSeekTable(Array.from({ length: table.length }, (_, at) => table.place(at)));
    },
  },
  "an age header": {
    sample: encodeAgeHeader(stanzas, Buffer.alloc(32, 9)),
    again: (bytes) => {
      const { stanzas, mac, headerBytes } = decodeAgeHeader(bytes);
      return Buffer.concat([encodeAgeHeader(stanzas, mac), bytes.subarray(headerBytes)]);
    },
  },
};

function entryForm(sample: Buffer): Form {
  return {
    sample,
    again: (bytes) => {
      const found = parseEntryHeader(bytes);
      if (found === undefined) return undefined;
      const { line, path, size, headerBytes } = found;
      const header = line === undefined ? encodeControlHeader(path, size) : encodeEntryHeader(line);
      return Buffer.concat([header, bytes.subarray(headerBytes)]);
    },
  };
}

/** The bytes again, or undefined where they are refused; any other failure is one of the test. */
function readAndWritten({ again }: Form, bytes: Buffer): Buffer | undefined {
  try {
    const written = again(bytes);
    return written === undefined ? undefined : Buffer.from(written);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

const anyRng = fc.string({ minLength: 8, maxLength: 8 }).map((seed) => new Rng(seed));

/** Changes of the value, of its text, and of its bytes. */
function changed(sample: Buffer, rng: Rng): Buffer {
  const text = sample.toString().trimEnd();
  const whole = (changed: string): Buffer =>
    Buffer.from(sample.length === 512 ? `${changed.padEnd(511)}\n` : changed);
  return rng.weighted<() => Buffer>([
    [6, () => whole(encodeJson(mutateJson(JSON.parse(text) as Json, rng)))],
    [3, () => whole(mutateJsonText(text, rng))],
    [2, () => mutateBytes(sample, rng)],
    [1, () => sample],
  ])();
}

/** What was read of the bytes, where it is written in another way. */
function otherForm(form: Form, bytes: Buffer): string | undefined {
  const written = readAndWritten(form, bytes);
  return written === undefined || written.equals(bytes) ? undefined : bytes.toString("latin1");
}

describe("what a reader takes, written again, is the same bytes", () => {
  it.each(Object.keys(texts))("%s", (what) => {
    const form = texts[what]!;
    const sample = Buffer.from(form.sample);
    let taken = 0;
    fc.assert(
      fc.property(anyRng, (rng) => {
        const bytes = changed(sample, rng);
        if (!bytes.equals(sample) && readAndWritten(form, bytes) !== undefined) taken++;
        expect(otherForm(form, bytes)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(2);
  });

  it.each(Object.keys(binaries))("%s", (what) => {
    const form = binaries[what]!;
    const sample = Buffer.from(form.sample);
    expect(readAndWritten(form, sample)?.equals(sample)).toBe(true);
    fc.assert(
      fc.property(anyRng, fc.integer({ min: 1, max: 3 }), (rng, times) => {
        let bytes: Buffer = sample;
        for (let time = 0; time < times; time++) bytes = mutateBytes(bytes, rng);
        if (what.includes("header") && rng.once(2)) bytes = withChecksums(bytes);
        expect(otherForm(form, bytes)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
