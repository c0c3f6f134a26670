import type { Calendar } from "./calendar.ts";

/** Far enough for any calendar: the same weekday comes within a week. */
const daysToLook = 8;

/** The last time at or before `now` that the calendar names, in the local time of this process. */
export function lastOccurrence(calendar: Calendar, now: Date): Date {
  for (let day = 0; day <= daysToLook; day += 1) {
    const found = timesOn(calendar, now, -day).findLast((time) => time <= now);
    if (found !== undefined) return found;
  }
  throw new RangeError("a calendar that names no time");
}

/** The next time after `now` that the calendar names. */
export function nextOccurrence(calendar: Calendar, now: Date): Date {
  for (let day = 0; day <= daysToLook; day += 1) {
    const found = timesOn(calendar, now, day).find((time) => time > now);
    if (found !== undefined) return found;
  }
  throw new RangeError("a calendar that names no time");
}

/** The first day within about a year whose clock jumps over a time of the calendar; null where there is none. */
export function dayWithoutTime(calendar: Calendar, now: Date): Date | null {
  for (let day = 0; day < 366; day += 1) {
    const wanted = new Date(now.getFullYear(), now.getMonth(), now.getDate() + day);
    if (!calendar.weekdays.includes(wanted.getDay())) continue;
    const isMissing = calendar.hours.some((hour) =>
      calendar.minutes.some((minute) => at(wanted, hour, minute).getHours() !== hour),
    );
    if (isMissing) return wanted;
  }
  return null;
}

/** Ascending. A time that a day has twice is its first; one that it lacks is as much later as the clock jumped. */
function timesOn(calendar: Calendar, now: Date, plusDays: number): Date[] {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + plusDays);
  if (!calendar.weekdays.includes(day.getDay())) return [];
  return calendar.hours
    .flatMap((hour) => calendar.minutes.map((minute) => at(day, hour, minute)))
    .sort((a, b) => a.getTime() - b.getTime());
}

function at(day: Date, hour: number, minute: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour, minute);
}
