import { expect, it } from "vitest";
import { added, sharedKey } from "../support/bends.ts";
import { draftEntry, hostile } from "../support/hostile.ts";
import { prove } from "../support/read.ts";

it("statuses are counted in the same room, however many rules of exclusion an archive names", async () => {
  const key = await sharedKey();
  const excluded = [1, 2, 3].map((n) => draftEntry(`state/x${n}`, { absent: `excluded:rule-${n}` }));
  const bytes = hostile(key, added(...excluded, draftEntry("state/gone", { absent: "vanished" })));
  const { entries } = await prove(bytes, key);
  expect(Object.fromEntries(entries!.sealed!.totals.statuses)).toEqual({
    ok: 5,
    "excluded:any": 3,
    vanished: 1,
  });
});
