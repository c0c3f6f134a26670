import { describe, expect, it } from "vitest";
import { decide } from "../../../src/store/retention/decide.ts";
import { type RetentionPolicy, isEmptyPolicy } from "../../../src/store/retention/policy.ts";
import { before, isSpan } from "../../../src/store/retention/span.ts";
import { archivesAt, dailyUntil, keptOf } from "./histories.ts";

const now = new Date("2019-11-20T00:00:00Z");

/** The twelve Sundays of restic's page "Removing snapshots according to a policy". */
const sundays = Array.from({ length: 12 }, (_, week) =>
  new Date(Date.UTC(2019, 8, 1 + 7 * week, 11)).toISOString(),
);

describe("restic's documented examples", () => {
  it("has the dates of the page", () => {
    expect([sundays[0], sundays.at(-1)]).toEqual(["2019-09-01T11:00:00.000Z", "2019-11-17T11:00:00.000Z"]);
  });

  it("keeps the last four Sundays by keep-daily 4 where there was one backup each Sunday", () => {
    expect(keptOf(decide(archivesAt(sundays), { keepDaily: 4 }, now))).toEqual({
      "2019-11-17T11:00:00.000Z": ["daily", "newest"],
      "2019-11-10T11:00:00.000Z": ["daily"],
      "2019-11-03T11:00:00.000Z": ["daily"],
      "2019-10-27T11:00:00.000Z": ["daily"],
    });
  });

  it("keeps 7 days, 4 more Sundays, 11 or 12 more ends of months and 74 or 75 ends of years of 100 years", () => {
    const policy: RetentionPolicy = { keepDaily: 7, keepWeekly: 5, keepMonthly: 12, keepYearly: 75 };
    const last = new Date("2019-11-19T12:00:00Z");
    const decided = decide(archivesAt(dailyUntil(last, 36_525)), policy, now);
    const count = (...rules: string[]): number =>
      decided.filter(({ keptBy }) => rules.some((rule) => keptBy.includes(rule))).length;
    expect([count("daily"), count("weekly"), count("monthly"), count("yearly")]).toEqual([7, 5, 12, 75]);
    expect(count("daily", "weekly")).toBe(7 + 4 - 1); // the newest day is a Tuesday, so it stands for its week, too
    const kept = decided.filter(({ keptBy }) => keptBy.length > 0);
    expect(kept.at(-1)?.archive.createdAt.toISOString()).toBe("1945-12-31T12:00:00.000Z");
  });

  it("keeps days of a week, weeks of a month, months of a year and years of 75 years by keep-within-…", () => {
    const policy: RetentionPolicy = {
      keepWithinDaily: "7d",
      keepWithinWeekly: "1m",
      keepWithinMonthly: "1y",
      keepWithinYearly: "75y",
    };
    const last = new Date("2019-11-19T12:00:00Z");
    const decided = decide(archivesAt(dailyUntil(last, 36_525)), policy, now);
    const count = (rule: string): number => decided.filter(({ keptBy }) => keptBy.includes(rule)).length;
    expect(count("daily within 7d")).toBe(7);
    expect(count("weekly within 1m")).toBe(6); // from Sunday, 20 October, on
    expect(count("monthly within 1y")).toBe(13);
    expect(count("yearly within 75y")).toBe(76);
  });

  it("keeps what is younger than 2y5m7d3h, counted from the newest and not from now", () => {
    const newest = "2018-07-10T12:00:00.000Z";
    const edge = before(new Date(newest), "2y5m7d3h");
    expect(new Date(edge).toISOString()).toBe("2016-02-03T09:00:00.000Z");
    const inside = new Date(edge + 1000).toISOString();
    const archives = archivesAt([newest, inside, new Date(edge).toISOString()]);
    expect(Object.keys(keptOf(decide(archives, { keepWithin: "2y5m7d3h" }, now)))).toEqual([newest, inside]);
  });

  it("keeps the oldest one, too, while a rule has fewer periods than it may keep", () => {
    const archives = archivesAt(["2019-03-01T10:00:00Z", "2019-05-01T10:00:00Z", "2019-11-02T10:00:00Z"]);
    expect(keptOf(decide(archives, { keepYearly: 2 }, now))).toEqual({
      "2019-11-02T10:00:00.000Z": ["yearly", "newest"],
      "2019-03-01T10:00:00.000Z": ["oldest yearly"],
    });
    expect(keptOf(decide(archives, { keepWithinYearly: "2y" }, now))).toMatchObject({
      "2019-03-01T10:00:00.000Z": ["oldest yearly within 2y"],
    });
    // Not where the span ends before it.
    expect(keptOf(decide(archives, { keepWithinYearly: "7m" }, now))).toEqual({
      "2019-11-02T10:00:00.000Z": ["yearly within 7m", "newest"],
    });
  });

  it("keeps all that have all tags of a list, any list, and by an empty list those without tags", () => {
    const archives = archivesAt({
      "2019-01-01T00:00:00Z": { tags: ["a"] },
      "2019-01-02T00:00:00Z": { tags: ["a", "b"] },
      "2019-01-03T00:00:00Z": { tags: ["c"] },
      "2019-01-04T00:00:00Z": {},
      "2019-01-05T00:00:00Z": { tags: ["d"] },
    });
    expect(keptOf(decide(archives, { keepTags: ["a, b", "c", ""] }, now))).toEqual({
      "2019-01-05T00:00:00.000Z": ["newest"],
      "2019-01-04T00:00:00.000Z": ["without tags"],
      "2019-01-03T00:00:00.000Z": ["tags c"],
      "2019-01-02T00:00:00.000Z": ["tags a,b"],
    });
  });

  it.each<[string, RetentionPolicy, number]>([
    ["hours", { keepHourly: 2 }, 2],
    ["days", { keepDaily: 2 }, 2],
    ["weeks, which begin on Monday", { keepWeekly: 2 }, 2],
    ["hours, however many", { keepHourly: "all" }, 4],
  ])("counts natural %s", (_what, policy, expected) => {
    const archives = archivesAt([
      "2019-11-11T00:00:00Z", // Monday
      "2019-11-17T22:58:00Z",
      "2019-11-17T22:59:00Z",
      "2019-11-17T23:00:00Z", // Sunday
      "2019-11-18T00:00:00Z", // Monday
    ]);
    const kept = Object.values(keptOf(decide(archives, policy, now)));
    expect(kept.filter((rules) => rules.some((rule) => rule !== "newest"))).toHaveLength(expected);
  });
});

describe("a policy", () => {
  it.each<[RetentionPolicy, boolean]>([
    [{}, true],
    [{ keepLast: 0 }, true],
    [{ keepWithin: "0d" }, true],
    [{ keepTags: [] }, true],
    [{ keepDaily: undefined, keepWeekly: 0 }, true],
    [{ keepTags: [""] }, false],
    [{ keepYearly: "all" }, false],
    [{ keepLast: 0, keepWithinDaily: "1h" }, false],
  ])("%j is empty: %s, and an empty one is refused", (policy, isEmpty) => {
    const refused = (): boolean => {
      try {
        return decide(archivesAt(sundays), policy, now).length === 0;
      } catch (error) {
        return error instanceof RangeError;
      }
    };
    expect([isEmptyPolicy(policy), refused()]).toEqual([isEmpty, isEmpty]);
  });

  it.each([
    ["2y5m7d3h", true],
    ["30d", true],
    ["", false],
    ["1w", false],
    ["3h2d", false],
    ["-1d", false],
    ["1d1d", false],
    ["9999999d", false],
  ])("%s is a span of time: %s", (text, expected) => {
    expect(isSpan(text)).toBe(expected);
  });

  it.each([
    ["a day that February does not have", "2026-03-31T00:00:00Z", "1m", "2026-03-03T00:00:00.000Z"],
    ["a leap day", "2024-02-29T00:00:00Z", "1y", "2023-03-01T00:00:00.000Z"],
    ["years of two digits", "2026-01-01T00:00:00Z", "1950y", "0076-01-01T00:00:00.000Z"],
  ])("goes back over %s as restic does", (_what, from, span, to) => {
    expect(new Date(before(new Date(from), span)).toISOString()).toBe(to);
  });

  it("goes back before all dates without a fault", () => {
    expect(before(now, "999999y")).toBe(-Infinity);
    expect(Object.keys(keptOf(decide(archivesAt(sundays), { keepWithin: "999999y" }, now)))).toHaveLength(12);
  });
});
