import { describe, expect, it } from "vitest";
import { dueWithin, groupOf, oldestPart, type Readable } from "../../../src/backup/store/reading-order.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Sizes and ages without any order, the same each time. */
function archives(count: number): (Readable & { at: number })[] {
  return Array.from({ length: count }, (_, index) => ({
    archiveId: index.toString(16).padStart(30, "0"),
    sizeBytes: 1 + ((index * 7919) % 1000),
    readAt: new Date(((index * 104_729) % 30) * dayMs),
    at: 0,
  }));
}

/** Reads what is due at each of these hours, and gives how much that was, and how long any archive was unread after it. */
function readAt(hours: readonly number[], withinMs: number): { bytes: number; oldestMs: number }[] {
  let all: Readable[] = archives(200);
  return hours.map((hour) => {
    const now = new Date(30 * dayMs + hour * hourMs);
    const due = new Set(dueWithin(all, withinMs, now));
    all = all.map((one) => (due.has(one) ? { ...one, readAt: now } : one));
    return {
      bytes: [...due].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      oldestMs: Math.max(...all.map((one) => now.getTime() - one.readAt.getTime())),
    };
  });
}

const allBytes = archives(200).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

function every(hours: number, days: number): number[] {
  return Array.from({ length: (days * 24) / hours }, (_, index) => index * hours);
}

describe("the groups of a store's archives", () => {
  it("hold each archive once, and none is empty where there are many", () => {
    const groups = Map.groupBy(archives(1000), (one) => groupOf(one, 30));
    expect([...groups.keys()].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
  });
});

describe("what is due to have all read within a time", () => {
  it.each([
    ["every day", every(24, 120)],
    ["every hour", every(1, 40)],
    ["every week", every(168, 120)],
    ["on days without any order", every(24, 200).filter((hour) => (hour * 31) % 7 < 3)],
  ])("leaves nothing unread for longer, read %s", (_when, hours) => {
    for (const { oldestMs } of readAt(hours, 30 * dayMs)) expect(oldestMs).toBeLessThanOrEqual(30 * dayMs);
  });

  it.each([
    ["every day", every(24, 90)],
    ["every hour", every(1, 90)],
  ])("is no more than all of it once in that time, read %s", (_when, hours) => {
    const later = readAt(hours, 30 * dayMs).filter((_one, index) => hours[index]! >= 30 * 24);
    const read = later.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(read / allBytes).toBeGreaterThan(1.9);
    expect(read / allBytes).toBeLessThan(2.2);
  });

  it("is about as much each day, and after days that were missed so much more", () => {
    const days = [...every(24, 60), ...every(24, 10).map((hour) => hour + 66 * 24)];
    const shares = readAt(days, 30 * dayMs).map(({ bytes }) => (30 * bytes) / allBytes);
    for (const share of shares.slice(30, 60)) expect(share).toBeLessThan(1.5);
    expect(shares[60]).toBeGreaterThan(6);
    expect(shares[60]).toBeLessThan(8.5);
  });

  it("is nothing where all was read a moment ago", () => {
    const now = new Date(dayMs);
    const fresh = archives(20).map((one) => ({ ...one, readAt: now }));
    expect(dueWithin(fresh, 30 * dayMs, now)).toEqual([]);
    expect(dueWithin([], 30 * dayMs, now)).toEqual([]);
  });

  it("is first of all what was read at a time that is still to come", () => {
    const now = new Date(dayMs);
    const [wrong, ...others] = archives(20).map((one) => ({ ...one, readAt: now }));
    const ahead = { ...wrong!, readAt: new Date(2 * dayMs) };
    expect(dueWithin([...others, ahead], 30 * dayMs, now)).toEqual([ahead]);
  });
});

describe("one of so many parts", () => {
  it("is read so many times until all was, the longest unread first, while others come", () => {
    let all: Readable[] = archives(200);
    const first = new Set(all.map(({ archiveId }) => archiveId));
    for (let call = 0; call < 30; call++) {
      const now = new Date((40 + call) * dayMs);
      const part = oldestPart(all, 30, now);
      const bytes = part.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      expect(bytes / allBytes).toBeLessThan(2 / 30);
      for (const { archiveId } of part) first.delete(archiveId);
      const read = new Set(part);
      all = all.map((one) => (read.has(one) ? { ...one, readAt: now } : one));
      all.push({ archiveId: `new-${call}`, sizeBytes: 500, readAt: now });
    }
    expect(first).toEqual(new Set());
  });
});
