import { expect, it } from "vitest";
import { sharedKey } from "../support/bends.ts";
import { hostile } from "../support/hostile.ts";
import { report } from "../support/read.ts";

it("a file in a damaged copy is whole only with the size that the index gives it", async () => {
  const key = await sharedKey();
  const bytes = hostile(key, {
    plain: (draft) => {
      draft.index = (lines) => lines.map((line) => line.replace('"size":19', '"size":20'));
    },
  });
  const told = await report(bytes, key);
  expect(told.conditions).toEqual([
    { path: "workspace.main/MEMORY.md", section: "plain", condition: "damaged" },
  ]);
});

it("a number and a sum of segments that do not go together tell of no place", async () => {
  const key = await sharedKey();
  const bytes = hostile(key, {
    members: (members) => members.toSpliced(3, 0, { ...members[1]!, archiveId: "0".repeat(30) }),
  });
  const told = await report(bytes, key);
  expect(told.verdict).toBe("damaged");
  for (const { presentBytes } of told.sections!) expect(presentBytes).toBeGreaterThanOrEqual(0);
});
