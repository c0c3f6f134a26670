import { expect, it } from "vitest";
import { sharedKey } from "../support/bends.ts";
import { specimen, toldAndTrue, unnoticedChanges } from "../support/cuts.ts";
import { hostile } from "../support/hostile.ts";
import { offsetOf } from "../support/members.ts";

it("an archive cut at any byte is partial, and the report says what is there", async () => {
  const small = specimen(await sharedKey(), { plainBytes: 20_000, sealedBytes: 70_000 });
  const pad = offsetOf(small.bytes, "pad") + 512;
  const padEnd = offsetOf(small.bytes, /^sealed\/000001/) - 97;
  // A cut among the zeros after the age header is like the next one.
  for (let cut = 1; cut < small.bytes.length; cut += cut > pad && cut < padEnd ? 97 : 1) {
    const report = await toldAndTrue(small, cut);
    expect(report.told).toEqual(report.true);
  }
});

it.each(["intact", "full"] as const)("any changed byte is noticed at level %s", async (level) => {
  const key = await sharedKey();
  expect(await unnoticedChanges(hostile(key), key, { level, step: 1, padStep: 1 })).toEqual([]);
});
