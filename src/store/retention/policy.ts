import { isEmptySpan } from "./span.ts";

/** How many: a whole number, where 0 is as good as nothing, or all there are. */
export type Keep = number | "all";

/**
 * Which archives of a series stay, with the meaning that `restic forget` gives to the same words. An archive stays that
 * one rule keeps. Spans are written as in restic: `2y5m7d3h`.
 */
export interface RetentionPolicy {
  readonly keepLast?: Keep | undefined;
  readonly keepHourly?: Keep | undefined;
  readonly keepDaily?: Keep | undefined;
  readonly keepWeekly?: Keep | undefined;
  readonly keepMonthly?: Keep | undefined;
  readonly keepYearly?: Keep | undefined;
  readonly keepWithin?: string | undefined;
  readonly keepWithinHourly?: string | undefined;
  readonly keepWithinDaily?: string | undefined;
  readonly keepWithinWeekly?: string | undefined;
  readonly keepWithinMonthly?: string | undefined;
  readonly keepWithinYearly?: string | undefined;
  /** Each one tag, or several that must all be there, with commas between; an empty one: archives without tags. */
  readonly keepTags?: readonly string[] | undefined;
}

/** Whether it has no rule: it would keep nothing. Throws RangeError for what is no span. */
export function isEmptyPolicy({ keepTags = [], ...rest }: RetentionPolicy): boolean {
  const rules = Object.values(rest).filter((value) => value !== undefined);
  return keepTags.length === 0 && rules.every((value) => isNothing(value));
}

function isNothing(value: number | string): boolean {
  if (value === "all") return false;
  return typeof value === "number" ? value === 0 : isEmptySpan(value);
}
