import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Decision, type Retained, decide } from "../../../src/store/retention/decide.ts";
import { naivelyKept } from "./naive.ts";
import { policies } from "./policies.ts";

const now = new Date("2026-11-23T12:00:00Z");

/** Mostly close together, so that many share an hour, a day, a week; some in the future. */
const time = fc
  .oneof(
    { weight: 6, arbitrary: fc.integer({ min: -40 * 24, max: 0 }) },
    { weight: 3, arbitrary: fc.integer({ min: -3 * 365 * 24, max: 0 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 5000 }) },
  )
  .chain((hours) => fc.integer({ min: 0, max: 59 }).map((minute) => hours * 60 + minute))
  .map((minutes) => new Date(now.getTime() + minutes * 60_000));

const archive = fc.record({
  createdAt: time,
  sequence: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 30 })),
  tags: fc.subarray(["a", "b", "c"]),
  pinned: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  isGood: fc.integer({ min: 0, max: 5 }).map((n) => n > 0),
  isIncomplete: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
});

/** Some are there twice, under another name. */
const history = fc
  .array(fc.tuple(archive, fc.integer({ min: 0, max: 5 })), { maxLength: 30 })
  .map((all): Retained[] =>
    all.flatMap(([one, more], at) => {
      const first = { ...one, manifestSha256: `manifest ${at}`, name: `${at}.ocbak` };
      return more > 0 ? [first] : [first, { ...first, name: `${at}-copy.ocbak` }];
    }),
  );

const runs = { numRuns: 300 };

function fates(decisions: readonly Decision<Retained>[]): Map<string, boolean> {
  return new Map(decisions.map(({ archive: { name }, keptBy }) => [name, keptBy.length > 0]));
}

function kept(decisions: readonly Decision<Retained>[]): Set<string> {
  return new Set(decisions.filter(({ keptBy }) => keptBy.length > 0).map(({ archive: { name } }) => name));
}

describe("whatever the policy and the history", () => {
  it("keeps exactly what another implementation of the same words keeps", () => {
    fc.assert(
      fc.property(history, policies, (all, chosen) => {
        expect(kept(decide(all, chosen, now))).toEqual(naivelyKept(all, chosen, now));
      }),
      runs,
    );
  });

  it("decides on each archive once, and in the same way whatever the order of the list", () => {
    fc.assert(
      fc.property(
        history.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        policies,
        ([all, shuffled], chosen) => {
          const one = decide(all, chosen, now);
          expect(one.map(({ archive: { name } }) => name).toSorted()).toEqual(
            all.map(({ name }) => name).toSorted(),
          );
          expect(decide(shuffled, chosen, now)).toEqual(one);
        },
      ),
      runs,
    );
  });

  it("keeps the newest good one, every pinned one, all that do not verify and all from the future", () => {
    fc.assert(
      fc.property(history, policies, (all, chosen) => {
        const removed = decide(all, chosen, now).filter(({ keptBy }) => keptBy.length === 0);
        const newest = Math.max(
          ...all
            .filter(({ isGood, createdAt }) => isGood && createdAt <= now)
            .map(({ createdAt }) => createdAt.getTime()),
        );
        for (const { archive: one } of removed) {
          expect(one).toMatchObject({ pinned: false, isGood: true });
          expect(one.createdAt.getTime()).toBeLessThanOrEqual(now.getTime());
        }
        const left = all.filter((one) => !removed.some(({ archive: gone }) => gone === one));
        const remaining = left.filter(({ isGood, createdAt }) => isGood && createdAt.getTime() === newest);
        expect(remaining.length > 0).toBe(newest > -Infinity);
      }),
      runs,
    );
  });

  it.each<[string, (one: Retained, all: readonly Retained[]) => Retained]>([
    ["that does not verify", (one) => ({ ...one, isGood: false })],
    ["from the future", (one) => ({ ...one, createdAt: new Date(now.getTime() + 1) })],
    ["that is pinned", (one) => ({ ...one, pinned: true })],
    ["that is a copy", (_, all) => all[0]!],
  ])("one more archive %s changes nothing for all others", (_what, make) => {
    fc.assert(
      fc.property(
        history.filter((all) => all.length > 0 && all[0]!.isGood),
        archive,
        policies,
        (all, extra, chosen) => {
          const made = make({ ...extra, name: "", manifestSha256: "more", isGood: true }, all);
          const after = fates(decide([...all, { ...made, name: "more.ocbak" }], chosen, now));
          after.delete("more.ocbak");
          expect(after).toEqual(fates(decide(all, chosen, now)));
        },
      ),
      runs,
    );
  });

  it("pruning again at once removes nothing more", () => {
    fc.assert(
      fc.property(history, policies, (all, chosen) => {
        const names = kept(decide(all, chosen, now));
        const left = all.filter(({ name }) => names.has(name));
        const again = kept(decide(left, chosen, now));
        expect(again).toEqual(names);
      }),
      runs,
    );
  });
});
