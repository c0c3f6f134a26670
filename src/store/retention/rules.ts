import type { Keep, RetentionPolicy } from "./policy.ts";
import { before, isEmptySpan } from "./span.ts";

/** What the rules ask of an archive. */
export interface Dated {
  readonly createdAt: Date;
  readonly tags: readonly string[];
}

/** Two archives of the same period have the same key. */
type Period = (at: Date) => number | string;

const dayMs = 86_400_000;
/** All by UTC, in which archives are dated: whoever prunes a store comes to the same, and no hour comes twice. */
const periods = {
  hourly: (at) => at.toISOString().slice(0, "2026-11-23T04".length),
  daily: (at) => at.toISOString().slice(0, "2026-11-23".length),
  // Weeks begin on Monday; the first day of 1970 was a Thursday.
  weekly: (at) => Math.floor((Math.floor(at.getTime() / dayMs) + 3) / 7),
  monthly: (at) => at.toISOString().slice(0, "2026-11".length),
  yearly: (at) => at.getUTCFullYear(),
} as const satisfies Record<string, Period>;

/** An archive, by its place in the list, and the name of the rule that keeps it. */
type Kept = readonly [at: number, rule: string];

/** For each of `archives`, newest first, the rules of the policy that keep it. Throws RangeError for what is no span. */
export function rulesThatKeep(archives: readonly Dated[], policy: RetentionPolicy): string[][] {
  const rules: string[][] = archives.map(() => []);
  for (const [at, rule] of keptBy(archives, policy)) rules[at]!.push(rule);
  return rules;
}

function* keptBy(archives: readonly Dated[], policy: RetentionPolicy): Generator<Kept> {
  yield* tagged(archives, policy.keepTags ?? []);
  yield* within(archives, policy.keepWithin);
  yield* archives.slice(0, countOf(policy.keepLast)).map((_, at): Kept => [at, "last"]);
  yield* counted(archives, "hourly", policy.keepHourly);
  yield* counted(archives, "daily", policy.keepDaily);
  yield* counted(archives, "weekly", policy.keepWeekly);
  yield* counted(archives, "monthly", policy.keepMonthly);
  yield* counted(archives, "yearly", policy.keepYearly);
  yield* countedWithin(archives, "hourly", policy.keepWithinHourly);
  yield* countedWithin(archives, "daily", policy.keepWithinDaily);
  yield* countedWithin(archives, "weekly", policy.keepWithinWeekly);
  yield* countedWithin(archives, "monthly", policy.keepWithinMonthly);
  yield* countedWithin(archives, "yearly", policy.keepWithinYearly);
}

function countOf(keep: Keep | undefined): number {
  return keep === "all" ? Infinity : (keep ?? 0);
}

function* tagged(archives: readonly Dated[], lists: readonly string[]): Generator<Kept> {
  for (const list of lists) {
    const wanted = list.split(",").map((tag) => tag.trim());
    const name = list === "" ? "without tags" : `tags ${wanted.join(",")}`;
    for (const [at, { tags }] of archives.entries()) {
      const fits = list === "" ? tags.length === 0 : wanted.every((tag) => tags.includes(tag));
      if (fits) yield [at, name];
    }
  }
}

/** How many of the newest lie within the span, counted from the newest of all: a clock that jumped costs nothing. */
function countWithin(archives: readonly Dated[], span: string): number {
  const newest = archives[0];
  if (newest === undefined) return 0;
  const since = before(newest.createdAt, span);
  const first = archives.findIndex(({ createdAt }) => createdAt.getTime() <= since);
  return first === -1 ? archives.length : first;
}

function* within(archives: readonly Dated[], span: string | undefined): Generator<Kept> {
  if (span === undefined || isEmptySpan(span)) return;
  const count = countWithin(archives, span);
  for (let at = 0; at < count; at++) yield [at, `within ${span}`];
}

/** The places of those that are the newest of their period. */
function newestOfEach(archives: readonly Dated[], period: Period): number[] {
  const keys = archives.map(({ createdAt }) => period(createdAt));
  return keys.flatMap((key, at) => (key === keys[at - 1] ? [] : [at]));
}

/** The newest of each of the last so many periods that have an archive; while there are fewer, the oldest of all, too. */
function* counted(
  archives: readonly Dated[],
  name: keyof typeof periods,
  keep: Keep | undefined,
): Generator<Kept> {
  const count = countOf(keep);
  if (count === 0) return;
  const newest = newestOfEach(archives, periods[name]);
  for (const at of newest.slice(0, count)) yield [at, name];
  const oldest = archives.length - 1;
  if (newest.length < count && newest.at(-1) !== oldest && oldest >= 0) yield [oldest, `oldest ${name}`];
}

function* countedWithin(
  archives: readonly Dated[],
  name: keyof typeof periods,
  span: string | undefined,
): Generator<Kept> {
  if (span === undefined || isEmptySpan(span)) return;
  const recent = archives.slice(0, countWithin(archives, span));
  const newest = newestOfEach(recent, periods[name]);
  for (const at of newest) yield [at, `${name} within ${span}`];
  const oldest = archives.length - 1;
  if (recent.length === archives.length && newest.at(-1) !== oldest && oldest >= 0)
    yield [oldest, `oldest ${name} within ${span}`];
}
