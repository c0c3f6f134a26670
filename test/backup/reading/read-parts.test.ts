import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { readVector, vectorNames } from "../../../fixtures/vector-set.ts";
import type { Archive } from "../../../src/format/archive.ts";
import { memorySource } from "../../support/archives.ts";
import { sharedKey } from "../../support/bends.ts";
import type { TestKey } from "../../support/hostile.ts";
import { damaged } from "../../support/damage.ts";
import { manyParts, readInParts } from "../../support/parts.ts";
import { outcome } from "../../support/read.ts";
import { keysOf } from "../../support/vector-outcome.ts";

let key: TestKey;
let bytes: Buffer;
beforeAll(async () => {
  key = await sharedKey();
  bytes = manyParts(key);
});

describe("read in parts, from the last to the first, an archive is refused where it is refused as a whole", () => {
  it("each vector", { timeout: 120_000 }, async () => {
    const different: string[] = [];
    for (const name of vectorNames()) {
      const vector = readVector(name);
      // What a passphrase opens is read like all else, but each takes a second to open.
      if (vector.level === "quick" || vector.passphrase !== undefined) continue;
      const full = vector.level === "full" && {
        fileKey: (archive: Archive) => archive.fileKey(keysOf(vector)),
      };
      const inParts = await readInParts(memorySource(vector.bytes), { ...full });
      if ((typeof inParts === "number") !== (vector.code === undefined)) different.push(name);
    }
    expect(different).toEqual([]);
  });

  it.each(["intact", "full"] as const)("whatever was done to it, at level %s", async (level) => {
    const full = level === "full" && { fileKey: async () => key.fileKey };
    const kind = fc.constantFrom("zeros", "flip", "drop", "double");
    await fc.assert(
      fc.asyncProperty(
        kind,
        fc.nat(bytes.length - 1),
        fc.constantFrom(1, 3, 600, 70_000),
        async (kind, at, length) => {
          const copy = damaged(bytes, { kind, range: [at, Math.min(at + length, bytes.length)] });
          const inParts = await readInParts(memorySource(copy), { ...full });
          const told = await outcome(copy, key, level);
          expect([told, typeof inParts === "number"]).toEqual([told, told === level]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

it("is read in many parts, and every byte of what was decoded is told", async () => {
  let decoded = 0;
  const options = { fileKey: async () => key.fileKey, onBytes: (count: number) => (decoded += count) };
  expect(await readInParts(memorySource(bytes), options)).toBeGreaterThan(10);
  expect(decoded).toBeGreaterThan(800_000);
});
