import { expect, it } from "vitest";
import { sharedKey } from "../support/bends.ts";
import { specimen, toldAndTrue, unnoticedChanges } from "../support/cuts.ts";
import { hostile } from "../support/hostile.ts";

it("an archive cut at any byte is partial, and the report says what is there", async () => {
  const small = specimen(await sharedKey(), { plainBytes: 20_000, sealedBytes: 80_000 });
  for (let cut = 1; cut < small.bytes.length; cut++) {
    const report = await toldAndTrue(small, cut);
    expect(report.told).toEqual(report.true);
  }
});

it.each(["intact", "full"] as const)("any changed byte is noticed at level %s", async (level) => {
  const key = await sharedKey();
  expect(await unnoticedChanges(hostile(key), key, { level, step: 1, padStep: 1 })).toEqual([]);
});
