import * as fc from "fast-check";
import { type RetentionPolicy, isEmptyPolicy } from "../../../src/store/retention/policy.ts";

/** Few rules at a time: with many nearly everything stays. */
const sometimes = <T>(rule: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: rule });
const keep = sometimes(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant("all" as const)));
const span = sometimes(fc.constantFrom("0d", "3h", "7d", "1m", "1y2d", "2y5m7d3h"));
/** Random policies, none empty. */
export const policies = fc
  .record({
    keepLast: keep,
    keepHourly: keep,
    keepDaily: keep,
    keepWeekly: keep,
    keepMonthly: keep,
    keepYearly: keep,
    keepWithin: span,
    keepWithinHourly: span,
    keepWithinDaily: span,
    keepWithinWeekly: span,
    keepWithinMonthly: span,
    keepWithinYearly: span,
    keepTags: sometimes(fc.subarray(["", "a", "a,b"])),
  })
  .filter((one: RetentionPolicy) => !isEmptyPolicy(one));
