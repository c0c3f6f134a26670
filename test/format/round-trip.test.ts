import { hash } from "node:crypto";
import * as fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import type { StoredLine } from "../../src/format/entry.ts";
import { ArchiveId } from "../../src/format/schema.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import { SegmentWriter } from "../../src/format/segment-writer.ts";
import type { EntryVisitor } from "../../src/format/visitor.ts";
import { type TestEntry, type TestTree, incompressible, writeTestArchive } from "../support/archives.ts";
import { membersOf } from "../support/members.ts";
import { prove } from "../support/read.ts";

let recipient: string;
beforeAll(async () => {
  ({ recipient } = await generateIdentity("x25519"));
});

const ageChunkBytes = 65_536;
const segmentBytes = 65_536;

/** Sizes at which padding, frames, age chunks and segments end, and their neighbours. */
const size = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 511, 512, 513, 1023, 1024, 1025) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(4096, ageChunkBytes, 2 * ageChunkBytes, segmentBytes - 16),
        fc.integer({ min: -1600, max: 1600 }),
      )
      .map(([border, beside]) => border + beside),
  },
);
const content = fc
  .tuple(size, fc.boolean())
  .map(([length, packs]) => (packs ? Buffer.alloc(length, "ab") : incompressible(length)));
const name = fc.oneof(
  fc.constantFrom("a", "a-b", "a.b", "A", "ab", "ä", "line\nfeed", "\u202e", "🦞", "x".repeat(255)),
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter((text) => !/[/\0]/.test(text) && text.isWellFormed() && text !== "." && text !== ".."),
);
const entry: fc.Arbitrary<TestEntry> = fc.oneof(
  { weight: 5, arbitrary: content },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("MEMORY.md", "../x", "/etc/passwd", "t".repeat(300), "ü")
      .map((target) => ({ target })),
  },
);

/** A root, folders in it, and entries in root and folders. */
function tree(root: string): fc.Arbitrary<TestTree> {
  const names = fc.uniqueArray(name, { maxLength: 6 });
  const folder = fc.dictionary(name, entry, { maxKeys: 5 });
  return fc
    .tuple(
      fc.dictionary(name, folder, { maxKeys: 3 }),
      names,
      fc.array(entry, { minLength: 6, maxLength: 6 }),
    )
    .map(([folders, files, entries]) => {
      const all: { [path: string]: TestEntry } = { [root]: { directory: true } };
      for (const [folder, inside] of Object.entries(folders)) {
        all[`${root}/${folder}`] = { directory: true };
        for (const [file, what] of Object.entries(inside)) all[`${root}/${folder}/${file}`] = what;
      }
      for (const [at, file] of files.entries()) all[`${root}/${file}`] ??= entries[at]!;
      return all;
    });
}

class Collected implements EntryVisitor {
  readonly found: { [path: string]: string } = {};
  #parts: Buffer[] = [];

  begin(): void {
    this.#parts = [];
  }

  content(bytes: Uint8Array): void {
    this.#parts.push(Buffer.from(bytes));
  }

  end(line: StoredLine): void {
    const path = Buffer.from(line.path, "latin1").toString();
    this.found[path] =
      line.type === "symlink"
        ? described({ target: Buffer.from(line.target, "latin1").toString() })
        : line.type === "file"
          ? described(Buffer.concat(this.#parts))
          : line.type;
  }
}

function described(entry: TestEntry): string {
  if (typeof entry === "string" || Buffer.isBuffer(entry)) return `${entry.length} ${hash("sha256", entry)}`;
  return "target" in entry ? `-> ${entry.target}` : "directory";
}

it("what is written is what is read, whatever the tree", { timeout: 120_000 }, async () => {
  const trees = fc.tuple(tree("workspace.main"), tree("state"));
  const frameBytes = fc.constantFrom(4096, 66_000, 2 * 1024 * 1024);
  await fc.assert(
    fc.asyncProperty(trees, frameBytes, async ([plain, sealed], frameBytes) => {
      const { bytes, written } = await writeTestArchive({
        plain,
        sealed,
        frameBytes,
        sealing: { recipients: [recipient] },
        segmentBytes,
      });
      const collected = new Collected();
      const proof = await prove(bytes, written, "full", collected);
      expect(proof.verdict).toBe("full");
      const expected = Object.entries({ ...plain, ...sealed }).map(([path, entry]) => [
        path,
        described(entry),
      ]);
      expect(collected.found).toEqual(Object.fromEntries(expected));
    }),
    { numRuns: 60 },
  );
});

it.each([
  [1, [1]],
  [segmentBytes - 1, [segmentBytes - 1]],
  [segmentBytes, [segmentBytes]],
  [segmentBytes + 1, [segmentBytes, 1]],
  [3 * segmentBytes, [segmentBytes, segmentBytes, segmentBytes]],
])("a stream of %d bytes becomes segments of 1 byte to a full one", async (length, sizes) => {
  const writer = new SegmentWriter("sealed", ArchiveId.parse("ab".repeat(15)), segmentBytes);
  const stream = incompressible(length);
  const parts: Buffer[] = [];
  for await (const part of writer.members(inPieces(stream))) parts.push(Buffer.from(part));
  const members = membersOf(Buffer.concat([...parts, Buffer.alloc(1024)]));
  expect(members.map(({ content }) => content.length)).toEqual(sizes);
  expect(members.map(({ name }) => name.slice(0, 13))).toEqual(
    sizes.map((_size, at) => `sealed/00000${at + 1}`),
  );
  expect(Buffer.concat(members.map(({ content }) => content)).equals(stream)).toBe(true);
  expect(writer.checksums).toMatchObject({ segments: sizes.length, storedBytes: length });
});

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
}
