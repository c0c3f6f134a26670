import type { Retained } from "../../../src/store/retention/decide.ts";
import type { RetentionPolicy } from "../../../src/store/retention/policy.ts";

/**
 * The policy once more, for tests, in the words of restic's page and by another way: of each archive it is asked whether
 * there is a newer one in its period, and how many periods with an archive come after it. Quadratic, and no sorting.
 */
export function naivelyKept(series: readonly Retained[], policy: RetentionPolicy, now: Date): Set<string> {
  const counting = series.filter(
    (one, at) =>
      mayCount(one, now) && series.findIndex((other) => mayCount(other, now) && isCopy(other, one)) === at,
  );
  const staying = counting.filter(
    (one) =>
      counting.every((other) => !isNewer(other, one)) ||
      isHighest(one, counting) ||
      (!one.isIncomplete && counting.every((other) => other.isIncomplete || !isNewer(other, one))) ||
      rulesOf(policy).some((rule) => rule(one, counting)),
  );
  const kept = series.filter((one) => !mayCount(one, now) || staying.some((other) => isCopy(other, one)));
  return new Set(kept.map(({ name }) => name));
}

function mayCount({ isGood, pinned, createdAt }: Retained, now: Date): boolean {
  return isGood && !pinned && createdAt <= now;
}

function isCopy(a: Retained, b: Retained): boolean {
  return a.manifestSha256 === b.manifestSha256;
}

function isNewer(a: Retained, b: Retained): boolean {
  const [at, bt] = [a.createdAt.getTime(), b.createdAt.getTime()];
  if (at !== bt) return at > bt;
  const [an, bn] = [a.sequence ?? -1, b.sequence ?? -1];
  return an === bn ? a.name > b.name : an > bn;
}

/** No other has a higher number, and none of the same number is newer. */
function isHighest(one: Retained, all: readonly Retained[]): boolean {
  const number = one.sequence ?? -1;
  return all.every(
    (other) => (other.sequence ?? -1) < number || ((other.sequence ?? -1) === number && !isNewer(other, one)),
  );
}

type Rule = (one: Retained, all: readonly Retained[]) => boolean;

/** Broken down with the calendar of the system's library for other places, set to UTC. */
const calendar = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  weekday: "short",
});

interface Fields {
  readonly hour: string;
  readonly day: string;
  readonly week: string;
  readonly month: string;
  readonly year: string;
}

const known = new Map<number, Fields>();

function fieldsOf({ createdAt }: Retained): Fields {
  const time = createdAt.getTime();
  let fields = known.get(time);
  if (fields === undefined) known.set(time, (fields = brokenDown(createdAt)));
  return fields;
}

function part(date: Date): Record<string, string> {
  return Object.fromEntries(calendar.formatToParts(date).map(({ type, value }) => [type, value]));
}

function brokenDown(at: Date): Fields {
  const { year, month, day, hour } = part(at);
  let monday = at;
  while (part(monday)["weekday"] !== "Mon") monday = new Date(monday.getTime() - 86_400_000);
  const start = part(monday);
  return {
    year: `${year}`,
    month: `${year}-${month}`,
    day: `${year}-${month}-${day}`,
    hour: `${year}-${month}-${day} ${hour}`,
    week: `${start["year"]}-${start["month"]}-${start["day"]}`,
  };
}

function rulesOf(policy: RetentionPolicy): Rule[] {
  const { keepLast, keepWithin, keepTags = [] } = policy;
  const periods = [
    ["hour", policy.keepHourly, policy.keepWithinHourly],
    ["day", policy.keepDaily, policy.keepWithinDaily],
    ["week", policy.keepWeekly, policy.keepWithinWeekly],
    ["month", policy.keepMonthly, policy.keepWithinMonthly],
    ["year", policy.keepYearly, policy.keepWithinYearly],
  ] as const;
  return [
    (one, all) => all.filter((other) => isNewer(other, one)).length < numberOf(keepLast),
    (one, all) => keepWithin !== undefined && isWithin(one, all, keepWithin),
    (one) =>
      keepTags.some((list) =>
        list === "" ? one.tags.length === 0 : list.split(",").every((tag) => one.tags.includes(tag)),
      ),
    ...periods.flatMap(([field, count, span]): Rule[] => [
      (one, all) => isAmong(one, all, field, { count: numberOf(count), all }),
      (one, all) =>
        span !== undefined &&
        isWithin(one, all, span) &&
        isAmong(
          one,
          all.filter((other) => isWithin(other, all, span)),
          field,
          { count: Infinity, all },
        ),
    ]),
  ];
}

function numberOf(keep: RetentionPolicy["keepLast"]): number {
  return keep === "all" ? Infinity : (keep ?? 0);
}

/** The newest of its period, with fewer than `count` later periods; or the oldest of all where there are fewer periods. */
function isAmong(
  one: Retained,
  eligible: readonly Retained[],
  field: keyof Fields,
  { count, all: history }: { readonly count: number; readonly all: readonly Retained[] },
): boolean {
  const later = new Set(
    eligible
      .filter((other) => isNewer(other, one) && fieldsOf(other)[field] !== fieldsOf(one)[field])
      .map((other) => fieldsOf(other)[field]),
  );
  if (later.size >= count) return false;
  const isNewest = eligible.every((other) => !isNewer(other, one) || later.has(fieldsOf(other)[field]));
  const isOldest = history.every((other) => other === one || isNewer(other, one));
  return isNewest || (isOldest && later.size + 1 < count);
}

function isWithin(one: Retained, all: readonly Retained[], span: string): boolean {
  return one.createdAt.getTime() > edgeOf(all, span);
}

const edges = new WeakMap<readonly Retained[], Map<string, number>>();

function edgeOf(all: readonly Retained[], span: string): number {
  const known = edges.get(all) ?? new Map<string, number>();
  edges.set(all, known);
  let edge = known.get(span);
  if (edge === undefined) known.set(span, (edge = computedEdge(all, span)));
  return edge;
}

function computedEdge(all: readonly Retained[], span: string): number {
  const newest = new Date(Math.max(...all.map(({ createdAt }) => createdAt.getTime())));
  const back = (unit: string): number => Number(new RegExp(`(\\d+)${unit}`).exec(span)?.[1] ?? 0);
  if (["y", "m", "d", "h"].every((unit) => back(unit) === 0)) return Infinity;
  return Date.UTC(
    newest.getUTCFullYear() - back("y"),
    newest.getUTCMonth() - back("m"),
    newest.getUTCDate() - back("d"),
    newest.getUTCHours() - back("h"),
    newest.getUTCMinutes(),
    newest.getUTCSeconds(),
  );
}
