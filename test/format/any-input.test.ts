import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { VerifyLevel } from "../../src/backup/reports.ts";
import { makeCase } from "../fuzz/case.ts";
import { bases, bytesOf } from "../fuzz/corpus.ts";
import { type Outcomes, readEverywhere } from "../fuzz/readers.ts";
import { runUseCases } from "../fuzz/use-cases.ts";

const folder = mkdtempSync(join(tmpdir(), "ocbak-any-input-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const levels: readonly VerifyLevel[] = ["quick", "intact", "full"];
const { key } = bases[0]!;

/** Both throw for everything but the errors of the public API. */
async function outcomesOf(bytes: Buffer): Promise<Outcomes> {
  const reading = { bytes, key, levels, genuine: undefined };
  return { ...(await readEverywhere(reading)), ...(await runUseCases(reading, join(folder, "case"))) };
}

const start = bytesOf(bases[0]!).subarray(0, 2048);
const end = bytesOf(bases[0]!).subarray(-2048);

describe("nothing but typed errors leaves the public API", () => {
  it("on any bytes", { timeout: 60_000 }, async () => {
    const some = fc.uint8Array({ maxLength: 3000 });
    const framed = fc
      .tuple(fc.constantFrom(Buffer.alloc(0), start), some, fc.constantFrom(Buffer.alloc(0), end))
      .map((parts) => Buffer.concat(parts));
    await fc.assert(
      fc.asyncProperty(framed, async (bytes) => {
        expect((await outcomesOf(bytes))["full"]).not.toBe("accepted");
      }),
      { numRuns: 20 },
    );
  });

  it.each(bases)("on the archive $name, which every reader takes", async (base) => {
    const reading = { bytes: bytesOf(base), key: base.key, levels, genuine: undefined };
    expect(await readEverywhere(reading)).toMatchObject({
      quick: "accepted",
      intact: "accepted",
      full: "accepted",
      list: "accepted",
    });
    expect(await runUseCases(reading, join(folder, "case"))).toMatchObject({
      "verify with key": "accepted",
      "extract with key": "accepted",
      "salvage with key": "accepted",
    });
  });
});

describe("the fuzzer", () => {
  it("makes the same input again from seed and number", () => {
    for (let number = 0; number < 20; number++)
      expect(makeCase("unit", number).bytes.equals(makeCase("unit", number).bytes)).toBe(true);
  });

  it("finds nothing in its first cases", { timeout: 120_000 }, async () => {
    const codes = new Set<string>();
    for (let number = 0; number < 60; number++) {
      const { bytes, base } = makeCase("unit", number);
      const outcomes = await readEverywhere({ bytes, key: base.key, levels, genuine: undefined });
      codes.add(outcomes["full"]!);
    }
    expect(codes.size).toBeGreaterThan(8);
  });
});
