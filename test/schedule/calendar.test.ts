import { afterEach, describe, expect, it } from "vitest";
import { execFileSync } from "node:child_process";
import {
  type Calendar,
  calendarText,
  parseDaily,
  parseEvery,
  parseWeekly,
  shortestGapMinutes,
} from "../../src/schedule/calendar.ts";
import { dayWithoutTime, lastOccurrence, nextOccurrence } from "../../src/schedule/occurrences.ts";
import { onCalendar } from "../../src/schedule/systemd-text.ts";
import { hasTools } from "../support/tools.ts";

const systemdAnalyze = hasTools("OnCalendar expressions", ["systemd-analyze", "--version"]);
const zone = process.env["TZ"];
afterEach(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

describe("a time as a person writes it", () => {
  it.each([
    [parseDaily("03:00"), "daily at 03:00", "*-*-* 03:00:00", 1440],
    [parseDaily("7:05"), "daily at 07:05", "*-*-* 07:05:00", 1440],
    [parseWeekly("Sun 23:59"), "Sun at 23:59", "Sun *-*-* 23:59:00", 10_080],
    [parseWeekly("friday,mon,Mon,WED 04:30"), "Mon, Wed, Fri at 04:30", "Mon,Wed,Fri *-*-* 04:30:00", 2880],
    [parseEvery("1m"), "every 1 min", "*-*-* *:*:00", 1],
    [parseEvery("15m"), "every 15 min", "*-*-* *:00,15,30,45:00", 15],
    [parseEvery("60m"), "every 1 h, first at 00:00", "*-*-* *:00:00", 60],
    [parseEvery("6h"), "every 6 h, first at 00:00", "*-*-* 00,06,12,18:00:00", 360],
    [parseEvery("24h"), "daily at 00:00", "*-*-* 00:00:00", 1440],
    [parseEvery("1d"), "daily at 00:00", "*-*-* 00:00:00", 1440],
  ])("%o is %s", (calendar, words, systemd, gap) => {
    expect(calendarText(calendar)).toBe(words);
    expect(onCalendar(calendar)).toBe(systemd);
    expect(shortestGapMinutes(calendar)).toBe(gap);
  });

  it.each([
    [parseDaily, "24:00"],
    [parseDaily, "3"],
    [parseDaily, "03:60"],
    [parseDaily, ""],
    [parseWeekly, "03:00"],
    [parseWeekly, "Sunny 03:00"],
    [parseWeekly, "Sun Mon 03:00"],
    [parseWeekly, ", 03:00"],
    [parseEvery, "7m"],
    [parseEvery, "45m"],
    [parseEvery, "90m"],
    [parseEvery, "5h"],
    [parseEvery, "2d"],
    [parseEvery, "0h"],
    [parseEvery, "6"],
    [parseEvery, "6 h"],
  ])("%o refuses %j with a hint", (parse, text) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: "bad-time", hint: expect.stringContaining(":") }),
    );
  });
});

describe("the times of a calendar", () => {
  it
    .runIf(systemdAnalyze)
    .each([parseDaily("03:00"), parseWeekly("Mon,Thu 22:15"), parseEvery("6h"), parseEvery("20m")])(
    "are those of systemd: %o",
    (calendar) => {
      process.env["TZ"] = "America/New_York";
      const start = new Date("2027-03-10T12:00:00-05:00");
      expect(timesAfter(calendar, start, 60)).toEqual(timesOfSystemd(calendar, start, 60));
    },
  );

  it("are local: at a time that a day has twice once, and at one that it lacks later", () => {
    process.env["TZ"] = "Europe/Berlin";
    const daily = parseDaily("02:30");
    // 02:30 summer time, and not again at 02:30 winter time.
    expect(timesAfter(daily, new Date("2026-10-24T12:00:00Z"), 2)).toEqual([
      "2026-10-25T00:30:00.000Z",
      "2026-10-26T01:30:00.000Z",
    ]);
    expect(timesAfter(daily, new Date("2027-03-27T12:00:00Z"), 2)).toEqual([
      "2027-03-28T01:30:00.000Z",
      "2027-03-29T00:30:00.000Z",
    ]);
    expect(dayWithoutTime(daily, new Date("2026-11-23T12:00:00Z"))).toEqual(new Date(2027, 2, 28));
    expect(dayWithoutTime(parseWeekly("Mon 02:30"), new Date("2026-11-23T12:00:00Z"))).toBeNull();
    expect(dayWithoutTime(parseDaily("03:00"), new Date("2026-11-23T12:00:00Z"))).toBeNull();
  });

  it.runIf(systemdAnalyze)("lack with systemd the day on which their time does not exist", () => {
    process.env["TZ"] = "Europe/Berlin";
    expect(timesOfSystemd(parseDaily("02:30"), new Date("2027-03-27T12:00:00Z"), 1)).toEqual([
      "2027-03-29T00:30:00.000Z",
    ]);
  });

  it("end with the last before now, which a time itself is", () => {
    const weekly = parseWeekly("Wed 05:00");
    const wednesday = new Date(2026, 2, 4, 5, 0);
    expect(lastOccurrence(weekly, wednesday)).toEqual(wednesday);
    expect(lastOccurrence(weekly, new Date(wednesday.getTime() - 1))).toEqual(new Date(2026, 1, 25, 5, 0));
    expect(nextOccurrence(weekly, wednesday)).toEqual(new Date(2026, 2, 11, 5, 0));
  });
});

function timesAfter(calendar: Calendar, start: Date, count: number): string[] {
  const times: string[] = [];
  for (let time = start; times.length < count;) {
    time = nextOccurrence(calendar, time);
    times.push(time.toISOString());
  }
  return times;
}

/** An expression of its own is all that it is given, and the clock of the same zone. */
function timesOfSystemd(calendar: Calendar, start: Date, count: number): string[] {
  const words = [
    "calendar",
    `--iterations=${count}`,
    `--base-time=${start.toISOString().slice(0, 19).replace("T", " ")} UTC`,
  ];
  const said = execFileSync("systemd-analyze", [...words, onCalendar(calendar)], { encoding: "utf8" });
  return [...said.matchAll(/\(in UTC\): \w+ (\S+) (\S+) UTC/g)].map(([, day, time]) => `${day}T${time}.000Z`);
}
