import type { Decision, Retained } from "../../../src/store/retention/decide.ts";

type Told = Partial<Omit<Retained, "createdAt">>;

/** Good archives of one series, made at these times; or a table time → what else is told of it. */
export function archivesAt(times: readonly string[] | Readonly<Record<string, Told>>): Retained[] {
  const told: [string, Told][] = Array.isArray(times)
    ? (times as string[]).map((time) => [time, {}])
    : Object.entries(times as Record<string, Told>);
  return told.map(([time, rest]) => {
    const createdAt = new Date(time);
    const name = `${createdAt.toISOString()}.ocbak`;
    return {
      name,
      manifestSha256: name,
      createdAt,
      sequence: null,
      tags: [],
      pinned: false,
      isGood: true,
      isIncomplete: false,
      ...rest,
    };
  });
}

/** `days` times, one each day, the last one of them `last`. */
export function dailyUntil(last: Date, days: number): string[] {
  return Array.from({ length: days }, (_, back) =>
    new Date(last.getTime() - (days - 1 - back) * 86_400_000).toISOString(),
  );
}

/** What is kept, newest first: time → rules. */
export function keptOf(decisions: readonly Decision<Retained>[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    decisions
      .filter(({ keptBy }) => keptBy.length > 0)
      .map(({ archive, keptBy }) => [archive.createdAt.toISOString(), keptBy]),
  );
}
