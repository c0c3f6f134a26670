import { describe, expect, it } from "vitest";
import { decide } from "../../../src/store/retention/decide.ts";
import type { RetentionPolicy } from "../../../src/store/retention/policy.ts";
import { naivelyKept } from "./naive.ts";
import { liveThrough, nightsOf, nightTime } from "./year.ts";

const policies: readonly RetentionPolicy[] = [
  { keepLast: 3, keepDaily: 7, keepWeekly: 5, keepMonthly: 12 },
  { keepWithin: "3d", keepWithinDaily: "14d", keepWithinMonthly: "1y", keepTags: ["mark"] },
  { keepHourly: 5, keepYearly: "all" },
];

describe("a simulated year of nightly backups with failures mixed in, pruned every night", () => {
  it.each(policies.flatMap((policy) => [1, 2].map((seed) => [policy, seed] as const)))(
    "under %j, of seed %i, leaves every night what another implementation leaves",
    (policy, seed) => {
      const nights = nightsOf(seed);
      const kept = liveThrough(nights, (archives, now) => {
        const decisions = decide(archives, policy, now).filter(({ keptBy }) => keptBy.length > 0);
        return new Set(decisions.map(({ archive }) => archive.name));
      });
      const naive = liveThrough(nights, (archives, now) => naivelyKept(archives, policy, now));
      expect(kept).toEqual(naive);
    },
  );

  it("comes to what one would count by hand where nothing ever failed", () => {
    const nights = nightsOf(1).map(() => "archive" as const);
    const kept = liveThrough(nights, (archives, now) => {
      const unpinned = archives.map((archive) => ({ ...archive, pinned: false }));
      const decisions = decide(unpinned, policies[0]!, now).filter(({ keptBy }) => keptBy.length > 0);
      return new Set(decisions.map(({ archive }) => archive.name));
    });
    const last = kept.at(-1)!.map((name) => nightTime(Number.parseInt(name, 10)).toISOString().slice(0, 10));
    expect(last).toEqual([
      "2025-03-31",
      "2025-04-30",
      "2025-05-31",
      "2025-06-30",
      "2025-07-31",
      "2025-08-31",
      "2025-09-30",
      "2025-10-31",
      "2025-11-30",
      "2025-12-31",
      "2026-01-31", // a Saturday: the week's own is the next
      "2026-02-01",
      "2026-02-08",
      "2026-02-15",
      "2026-02-22",
      "2026-02-23",
      "2026-02-24",
      "2026-02-25",
      "2026-02-26",
      "2026-02-27",
      "2026-02-28",
    ]);
  });
});
