import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { isClearOf } from "../support/anatomy.ts";
import { dirtyAt, sharedKey } from "../support/bends.ts";
import { type Specimen, specimen, steppedPlaces, toldAndTrue, unnoticedChanges } from "../support/cuts.ts";
import { type TestKey, hostile } from "../support/hostile.ts";
import { membersOf, offsetOf } from "../support/members.ts";
import { falseSayings, falselyWhole } from "../support/damage.ts";
import { report } from "../support/read.ts";

let key: TestKey;
let large: Specimen;
beforeAll(async () => {
  key = await sharedKey();
  large = specimen(key, { plainBytes: 150_000, sealedBytes: 250_000 });
});

describe("any changed byte is noticed", () => {
  it.each([
    ["intact", 11],
    ["full", 7],
  ] as const)("at level %s", { timeout: 120_000 }, async (level, step) => {
    const bytes = hostile(key);
    const places = steppedPlaces(bytes, step, 97);
    expect(await unnoticedChanges(bytes, key, { level, places })).toEqual([]);
  });

  it("and reported as damage, whatever byte it is", async () => {
    const at = fc.integer({ min: 0, max: large.bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (offset, change) => {
        const bytes = Buffer.from(large.bytes);
        bytes[offset]! ^= change;
        const told = await report(bytes, key);
        expect(told.verdict).toBe("damaged");
        expect(told.findings!.length).toBeGreaterThan(0);
      }),
      { numRuns: 20 },
    );
  });
});

describe("an archive cut short is partial, and the report says what is there", () => {
  it("at every border and beside it", { timeout: 120_000 }, async () => {
    const borders = new Set([1, 2, 100, 511, 512, 513, large.bytes.length - 1]);
    for (const { parts, segments } of Object.values(large.anatomy)) {
      for (const ranges of [segments, ...parts.map((part) => part.ranges)])
        for (const [from, to] of ranges)
          for (const near of [-513, -1, 0, 1]) borders.add(from + near).add(to + near);
    }
    for (const member of membersOf(large.bytes)) borders.add(offsetOf(large.bytes, member.name));
    for (const cut of borders) {
      if (cut <= 0 || cut >= large.bytes.length) continue;
      const report = await toldAndTrue(large, cut);
      expect(report.told).toEqual(report.true);
    }
  });

  it("anywhere", { timeout: 120_000 }, async () => {
    const cut = fc.integer({ min: 1, max: large.bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(cut, async (at) => {
        const report = await toldAndTrue(large, at);
        expect(report.told).toEqual(report.true);
      }),
      { numRuns: 25 },
    );
  });

  it("an empty file is no archive", async () => {
    expect(await report(Buffer.alloc(0), key)).toMatchObject({ verdict: "not-an-archive" });
  });

  it.each([
    ["text", Buffer.from("hello\n".repeat(1000))],
    ["zeros", Buffer.alloc(10_000)],
    ["a tar of something else", Buffer.concat([Buffer.from("readme.txt"), Buffer.alloc(10_230)])],
  ])("%s is no archive", async (_title, bytes) => {
    expect(await report(bytes, key)).toMatchObject({ verdict: "not-an-archive" });
  });
});

describe("what is lost in the middle leaves the rest readable", () => {
  it.each([
    ["zeros in the place of a plain segment", /^plain\/000001/, 0, 0],
    ["zeros in the place of a plain segment and its header", /^plain\/000001/, 512, 0],
    ["zeros in the place of two sealed segments", /^sealed\/000002/, 512, 65_536 + 512],
    ["zeros from the middle of a segment into the next", /^plain\/000000/, -30_000, 5000],
  ] as const)("%s", async (_title, name, before, after) => {
    const content = offsetOf(large.bytes, name) + 512;
    const hole = [content - before, content + 65_536 + after] as const;
    const bytes = Buffer.from(large.bytes);
    bytes.fill(0, ...hole);
    const told = await report(bytes, key);
    expect(told.verdict).toBe("partial");
    expect(coverOf(told.findings!, "zero-filled")).toEqual(hole);
    expect(lostOf(told)).toEqual(lostBy(hole));
  });
});

function coverOf(findings: readonly { code: string; offset?: number; length?: number }[], code: string) {
  const found = findings.filter((one) => one.code === code);
  return [
    Math.min(...found.map(({ offset }) => offset!)),
    Math.max(...found.map((one) => one.offset! + one.length!)),
  ];
}

function lostOf(told: Awaited<ReturnType<typeof report>>): string[] {
  return told.conditions!.map(({ path }) => path).toSorted();
}

function lostBy(hole: readonly [number, number]): string[] {
  const all = Object.values(large.anatomy).flatMap(({ entries }) => entries);
  return all
    .filter((entry) => !isClearOf(entry, hole))
    .map(({ path }) => path)
    .toSorted();
}

describe("the report on a damaged copy is true, and what it asks to copy again mends it", () => {
  const kinds = [
    ["zeros", [4, 600, 4096, 65_536, 150_000]],
    ["flip", [1, 3]],
    ["drop", [1, 512, 4096, 65_536 + 512, 100_000]],
    ["double", [1, 512, 4096, 65_536 + 512, 100_000]],
  ] as const;

  it.each(
    kinds.flatMap(([kind, lengths]) =>
      (["intact", "full"] as const).map((level) => [kind, level, lengths] as const),
    ),
  )("%s at level %s", { timeout: 120_000 }, async (kind, level, lengths) => {
    // What is taken out of the last member, or doubled in it, is a cut or a trailing byte as well.
    const from = fc.integer({ min: 0, max: large.bytes.length - 2049 });
    await fc.assert(
      fc.asyncProperty(from, fc.constantFrom(...lengths), async (at, length) => {
        const range = [at, Math.min(at + length, large.bytes.length - 2048)] as const;
        expect(await falseSayings(large, { kind, range }, level)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it("whatever byte of a seek table is wrong", async () => {
    const end = large.anatomy.plain.segments.at(-1)![1];
    const frames = large.bytes.readUInt32LE(end - 9);
    // Every third, from any on: the soak takes every byte of an archive.
    for (let at = end - 17 - 8 * frames + Math.floor(Math.random() * 3); at < end; at += 3)
      expect(await falseSayings(large, { kind: "flip", range: [at, at + 1] }, "full")).toEqual([]);
  });

  it("and nothing is called whole that is not what it was", { timeout: 120_000 }, async () => {
    const damage = fc.record({
      kind: fc.constantFrom("zeros", "flip", "drop", "double"),
      from: fc.integer({ min: 0, max: large.bytes.length - 2 }),
      length: fc.integer({ min: 1, max: 70_000 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ kind, from, length }) => {
        const range = [from, Math.min(from + length, large.bytes.length - 1)] as const;
        expect(await falselyWhole(large, { kind, range }, "full")).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

describe("bytes too many, or in another place", () => {
  it.each([1, 511, 512, 2048, 10_000])("%d bytes after the end are named as such", async (length) => {
    const told = await report(Buffer.concat([large.bytes, Buffer.alloc(length, "x")]), key);
    expect(told).toMatchObject({ verdict: "damaged", conditions: [] });
    expect(told.findings).toMatchObject([{ code: "trailing-data", offset: large.bytes.length, length }]);
  });

  it("zeros after the end are trailing bytes, too", async () => {
    const told = await report(Buffer.concat([large.bytes, Buffer.alloc(10_240)]), key);
    expect(told).toMatchObject({ verdict: "damaged" });
  });

  it("an archive that follows another is trailing bytes", async () => {
    const told = await report(Buffer.concat([large.bytes, large.bytes]), key);
    expect(told.verdict).toBe("damaged");
  });

  it.each([1, 512, 10_000])(
    "%d bytes before the start are damage, and all entries are still found",
    async (length) => {
      const told = await report(Buffer.concat([Buffer.alloc(length, "x"), large.bytes]), key);
      expect(told).toMatchObject({ verdict: "damaged", conditions: [] });
      expect(told.entries).toMatchObject({ whole: entryCount() });
    },
  );

  it("a segment taken out of the middle is missing, and the rest is found", async () => {
    const from = offsetOf(large.bytes, /^plain\/000001/);
    const to = offsetOf(large.bytes, /^plain\/000002/);
    const told = await report(Buffer.concat([large.bytes.subarray(0, from), large.bytes.subarray(to)]), key);
    expect(told.verdict).toBe("partial");
    expect(told.findings).toContainEqual(
      expect.objectContaining({ code: "missing", offset: from, length: to - from }),
    );
    expect(lostOf(told)).toEqual(lostBy([from, to]));
  });

  it("two segments that changed places are damage", async () => {
    const [a, b, c] = [1, 2, 3].map((number) => offsetOf(large.bytes, new RegExp(`^sealed/00000${number}`)));
    const parts = [
      [0, a!],
      [b!, c!],
      [a!, b!],
      [c!, large.bytes.length],
    ] as const;
    const told = await report(Buffer.concat(parts.map(([from, to]) => large.bytes.subarray(from, to))), key);
    expect(told.verdict).toBe("damaged");
  });

  it("a damaged frame leaves those beside it whole, and it alone is to be copied again", async () => {
    const at = offsetOf(large.bytes, /^plain\/000001/) + 512;
    const told = await report(dirtyAt(large.bytes, at + 20_000), key);
    expect(told.verdict).toBe("damaged");
    const [range] = told.copyAgain!;
    expect(told.badRanges).toEqual([{ ...range, kind: "damaged" }]);
    expect(range!.length).toBeLessThan(10_000);
    expect(lostOf(told)).toEqual(lostBy([at + 20_000, at + 20_001]));
  });
});

function entryCount(): number {
  return Object.values(large.anatomy).reduce((sum, { entries }) => sum + entries.length, 0);
}

it("no more than all is ever present, though files have grown since the inventory was written", async () => {
  const bytes = hostile(key, {
    plain: (draft) => {
      draft.inventory = (lines) => lines.map((line) => line.replace(/"size":\d+/, '"size":1'));
      draft.close = (close) =>
        void (close["index"] = { ...(close["index"] as object), sha256: "0".repeat(64) });
    },
  });
  const told = await report(bytes, key);
  expect(told).toMatchObject({ verdict: "damaged", presentShare: 1 });
});
