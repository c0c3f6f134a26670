/** A stretch of the calendar as restic writes it: `2y5m7d3h`. Months, not minutes; there are no weeks. */
interface Span {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

const pattern = /^(?=.)(?:(\d{1,6})y)?(?:(\d{1,6})m)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?$/;

/** Whether a policy may say this: years, months, days and hours in that order, each once at most. */
export function isSpan(text: string): boolean {
  return pattern.test(text);
}

function parseSpan(text: string): Span {
  const found = pattern.exec(text);
  if (found === null) throw new RangeError(`${text} is no span of time`);
  const [years, months, days, hours] = found.slice(1).map((digits) => Number(digits ?? 0));
  return { years: years!, months: months!, days: days!, hours: hours! };
}

/** `0d`: as good as nothing, as in restic. */
export function isEmptySpan(text: string): boolean {
  return Object.values(parseSpan(text)).every((value) => value === 0);
}

/**
 * The time that lies `span` before `at`, by the calendar of UTC; days that a month does not have run over into the next
 * one, as in restic. Minus infinity where that is before all dates.
 */
export function before(at: Date, span: string): number {
  const { years, months, days, hours } = parseSpan(span);
  const date = new Date(at);
  date.setUTCFullYear(at.getUTCFullYear() - years, at.getUTCMonth() - months, at.getUTCDate() - days);
  const time = date.getTime() - hours * 3_600_000;
  return Number.isNaN(time) ? -Infinity : time;
}
