import { hash, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type StoredLine, sectionNames } from "../../src/format/entry.ts";
import { type FileDraft, LargeFilePacker } from "../../src/format/frame-packer.ts";
import { memberBytes } from "../../src/format/member.ts";
import { ArchiveId } from "../../src/format/schema.ts";
import { PayloadSealer, nonceBytes } from "../../src/format/seal/payload.ts";
import { SegmentWriter } from "../../src/format/segment-writer.ts";
import { StoredStream } from "../../src/format/stored-stream.ts";
import { surveyArchive } from "../../src/format/survey/survey.ts";
import { UnsealedStream } from "../../src/format/unsealed-stream.ts";
import type { EntryVisitor } from "../../src/format/visitor.ts";
import { bytesPath, incompressible, memorySource, testAttributes } from "../support/archives.ts";
import { sharedKey } from "../support/bends.ts";
import { type SectionDraft, type TestKey, draftEntry, hostile } from "../support/hostile.ts";
import { segmentsOf } from "../support/members.ts";
import { prove } from "../support/read.ts";

const archiveId = ArchiveId.parse("ab".repeat(15));

/** Places to cut at, as shares of a length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });

function pieces(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const places = [
    0,
    ...shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ];
  return places.slice(1).map((to, at) => bytes.subarray(places[at], to));
}

async function* streamed(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield part;
}

async function collected(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const part of parts) all.push(Buffer.from(part));
  return Buffer.concat(all);
}

function inSegments(parts: readonly Buffer[]): Promise<Buffer> {
  return collected(new SegmentWriter("plain", archiveId, 65_536).members(streamed(parts)));
}

describe("it makes no difference in what pieces bytes come", () => {
  const stored = incompressible(200_000);

  it("to the writer of segments", async () => {
    const whole = await inSegments([stored]);
    await fc.assert(
      fc.asyncProperty(cuts, async (shares) => {
        expect((await inSegments(pieces(stored, shares))).equals(whole)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("to the packer of large files", () => {
    const large = incompressible(5_000_000);
    const path = bytesPath("r/a");
    const draft: FileDraft = { path, status: "ok", ...testAttributes, type: "file", size: large.length };
    const packed = (parts: readonly Buffer[]) => {
      const packer = new LargeFilePacker(draft);
      const contents: Buffer[] = [];
      for (const part of parts)
        for (const { content } of packer.push(part)) contents.push(Buffer.from(content));
      for (const { content } of packer.finish({ status: "ok" })) contents.push(Buffer.from(content));
      return Buffer.concat(contents);
    };
    const whole = packed([large]);
    fc.assert(
      fc.property(cuts, (shares) => {
        expect(packed(pieces(large, shares)).equals(whole)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it("nor of what sizes segments and reads are", async () => {
    const fileKey = randomBytes(16);
    const sealer = new PayloadSealer(fileKey, randomBytes(nonceBytes));
    const payload = Buffer.concat([...sealer.update(stored), ...sealer.final()]);
    const segmentBytes = fc.oneof(
      fc.integer({ min: 100, max: 5000 }),
      fc.integer({ min: 5000, max: 300_000 }),
    );
    await fc.assert(
      fc.asyncProperty(segmentBytes, cuts, fc.boolean(), async (segmentBytes, shares, prove) => {
        const members = segmentsOf("sealed", payload, { archiveId, segmentBytes });
        const segments = members.map(({ content }, at) => ({
          number: at + 1,
          offset: at * segmentBytes,
          bytes: content.length,
          sha256: hash("sha256", content, "hex"),
        }));
        const outer = members.reduce((sum, { content }) => sum + memberBytes(content.length), 0);
        const layout = {
          name: "sealed",
          segments,
          storedBytes: payload.length,
          segmentBytes,
          memberBytes: outer,
        } as const;
        const stream = new StoredStream(memorySource(payload), layout, { prove });
        const unsealed = await UnsealedStream.open(stream, fileKey);
        let at = 0;
        const parts: Buffer[] = [];
        for (const { length } of pieces(stored, shares)) {
          parts.push(Buffer.from(await unsealed.read(at, length)));
          at += length;
        }
        expect(Buffer.concat(parts).equals(stored)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

class Collected implements EntryVisitor {
  readonly found: string[] = [];
  #parts: Buffer[] = [];

  begin(line: StoredLine): void {
    this.found.push(JSON.stringify(line));
    this.#parts = [];
  }

  content(bytes: Uint8Array): void {
    this.#parts.push(Buffer.from(bytes));
  }

  end(): void {
    this.found.push(hash("sha256", Buffer.concat(this.#parts), "hex"));
  }
}

/** Everything up to the index may be cut anywhere, and the index between its lines. */
function reframed(draft: SectionDraft, { start, index }: { start: readonly number[]; index: boolean }): void {
  draft.frames = (contents) => {
    const lines = contents.at(-2)!;
    const border = lines.indexOf("\n") + 1;
    return [
      ...pieces(Buffer.concat(contents.slice(0, -2)), start),
      ...(index && border > 0 ? [lines.subarray(0, border), lines.subarray(border)] : [lines]),
      contents.at(-1)!,
    ].filter(({ length }) => length > 0);
  };
}

function grown(draft: SectionDraft): void {
  draft.entries.push(draftEntry("workspace.main/zz", incompressible(20_000)));
}

describe("it makes no difference in what frames a section stands", () => {
  let key: TestKey;
  let whole: readonly string[];
  beforeAll(async () => {
    key = await sharedKey();
    const collected = new Collected();
    await prove(hostile(key, { plain: grown }), key, "full", collected);
    whole = collected.found;
  });

  const framing = fc.record({ start: cuts, index: fc.boolean() });

  it("to a reader of all of it, nor to a survey", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(framing, framing, async (plain, sealed) => {
        const bytes = hostile(key, {
          plain: (draft) => {
            grown(draft);
            reframed(draft, plain);
          },
          sealed: (draft) => reframed(draft, sealed),
        });
        const seen = new Collected();
        await prove(bytes, key, "full", seen);
        expect(seen.found).toEqual(whole);
        const { sections } = await surveyArchive(memorySource(bytes), { identities: [key.identity] });
        for (const name of sectionNames) {
          const entries = sections.find((section) => section.name === name)!.entries!;
          expect([...entries.conditions.values()].every((condition) => condition === "whole")).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});
