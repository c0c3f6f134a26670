import { z } from "zod";
import { ScheduleError } from "./errors.ts";

/**
 * When a job runs, in local time: at every minute of `minutes` in every hour of `hours` on every day of `weekdays`
 * (0 is Sunday). What all three schedulers can say; each list ascends.
 */
export const Calendar = z.strictObject({
  weekdays: z.array(z.int().min(0).max(6)).min(1),
  hours: z.array(z.int().min(0).max(23)).min(1),
  minutes: z.array(z.int().min(0).max(59)).min(1),
});
export type Calendar = z.infer<typeof Calendar>;

export const weekdayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const everyWeekday = [0, 1, 2, 3, 4, 5, 6] as const;
const minutesOfDay = 24 * 60;

/** `03:00`. Throws `bad-time`. */
export function parseDaily(text: string): Calendar {
  return { weekdays: [...everyWeekday], ...timeOf(text) };
}

/** `Sun 03:00` or `Mon,Wed,Fri 03:00`. Throws `bad-time`. */
export function parseWeekly(text: string): Calendar {
  const [days = "", time = "", ...rest] = text.trim().split(/\s+/);
  const weekdays = days.split(",").map(weekdayOf);
  if (rest.length > 0) throw badTime(text);
  return { weekdays: [...new Set(weekdays)].sort((a, b) => a - b), ...timeOf(time) };
}

/** `15m`, `6h` or `1d`, at whole steps of the clock, so that it stays at the same times of the day. Throws `bad-time`. */
export function parseEvery(text: string): Calendar {
  const [, count = "", unit = ""] = /^([1-9][0-9]{0,3})([mhd])$/.exec(text) ?? [];
  const minutes = Number(count) * ({ m: 1, h: 60, d: minutesOfDay }[unit] ?? Number.NaN);
  const fits = minutes < 60 ? 60 % minutes === 0 : minutes % 60 === 0 && minutesOfDay % minutes === 0;
  if (!fits) {
    throw new ScheduleError(
      "bad-time",
      `${text} does not fit into an hour or a day a whole number of times`,
      {
        hint: "1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30m; 1, 2, 3, 4, 6, 8, 12 or 24h; for single days of the week --weekly, as in --weekly 'Mon,Thu 03:00'",
      },
    );
  }
  return {
    weekdays: [...everyWeekday],
    hours: steps(24, Math.max(1, minutes / 60)),
    minutes: steps(60, Math.min(60, minutes)),
  };
}

/** The shortest time between two runs. */
export function shortestGapMinutes({ weekdays, hours, minutes }: Calendar): number {
  if (minutes.length > 1) return shortest(minutes, 60);
  if (hours.length > 1) return 60 * shortest(hours, 24);
  return minutesOfDay * (weekdays.length > 1 ? shortest(weekdays, 7) : 7);
}

/** In words: `daily at 03:00`. */
export function calendarText(calendar: Calendar): string {
  const { weekdays, hours, minutes } = calendar;
  const at = `${twoDigits(hours[0]!)}:${twoDigits(minutes[0]!)}`;
  if (weekdays.length < 7) return `${weekdays.map((day) => weekdayNames[day]).join(", ")} at ${at}`;
  const gap = shortestGapMinutes(calendar);
  if (gap >= minutesOfDay) return `daily at ${at}`;
  return gap < 60 ? `every ${gap} min` : `every ${gap / 60} h, first at ${at}`;
}

export function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

function timeOf(text: string): Pick<Calendar, "hours" | "minutes"> {
  const [, hour, minute] = /^([01]?[0-9]|2[0-3]):([0-5][0-9])$/.exec(text.trim()) ?? [];
  if (hour === undefined || minute === undefined) throw badTime(text);
  return { hours: [Number(hour)], minutes: [Number(minute)] };
}

function weekdayOf(text: string): number {
  const index = weekdayNames.findIndex((name) => name.toLowerCase() === text.slice(0, 3).toLowerCase());
  const isWord = /^(sun|mon|tue|tues|wed|wednes|thu|thurs|fri|sat|satur)(day)?$/i.test(text);
  if (index < 0 || !isWord) throw badTime(text);
  return index;
}

function badTime(text: string): ScheduleError {
  return new ScheduleError("bad-time", `${JSON.stringify(text)} is no time of the day or week`, {
    hint: "as in --daily 03:00, --weekly 'Sun 03:00' or --every 6h",
  });
}

function steps(below: number, step: number): number[] {
  return Array.from({ length: below / step }, (_, index) => index * step);
}

function shortest(values: readonly number[], around: number): number {
  return Math.min(...values.map((value, index) => (values[index + 1] ?? values[0]! + around) - value));
}
