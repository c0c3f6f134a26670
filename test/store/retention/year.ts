import * as fc from "fast-check";
import type { Retained } from "../../../src/store/retention/decide.ts";

/** What a night of a simulated year came to. */
export type Night = "archive" | "nothing" | "incomplete" | "damaged" | "ahead" | "twice";

const day = 86_400_000;

/** 365 nights, most of them good; weeks in which nothing came about, a clock that ran ahead, archives that decay. */
export function nightsOf(seed: number): Night[] {
  const [nights] = fc.sample(
    fc.array(
      fc.oneof(
        { weight: 50, arbitrary: fc.constant<Night[]>(["archive"]) },
        { weight: 6, arbitrary: fc.constant<Night[]>(["nothing"]) },
        { weight: 1, arbitrary: fc.constant(Array.from({ length: 9 }, (): Night => "nothing")) },
        { weight: 4, arbitrary: fc.constant<Night[]>(["incomplete"]) },
        { weight: 3, arbitrary: fc.constant<Night[]>(["damaged"]) },
        { weight: 2, arbitrary: fc.constant<Night[]>(["ahead"]) },
        { weight: 3, arbitrary: fc.constant<Night[]>(["twice"]) },
      ),
      { minLength: 365, maxLength: 365 },
    ),
    { numRuns: 1, seed },
  );
  return nights!.flat().slice(0, 365);
}

/** The time of the n-th night's backup, some minutes after three. */
export function nightTime(night: number): Date {
  return new Date(Date.UTC(2025, 2, 1, 3, (night * 7) % 50) + night * day);
}

/** When the archives of a night say that they were made. */
export function datesOf(night: Night, at: Date): Date[] {
  if (night === "nothing") return [];
  if (night === "ahead") return [new Date(at.getTime() + 40 * day)];
  return night === "twice" ? [at, new Date(at.getTime() + 3_600_000)] : [at];
}

/** The year at the level of values: what is kept after each night, by `prune`. */
export function liveThrough(
  nights: readonly Night[],
  prune: (archives: readonly Retained[], now: Date) => Set<string>,
): string[][] {
  let archives: Retained[] = [];
  let sequence = 0;
  return nights.map((night, at) => {
    const now = nightTime(at);
    for (const createdAt of datesOf(night, now)) {
      const name = `${sequence}.ocbak`;
      const isGood = night !== "damaged";
      archives.push({
        name,
        manifestSha256: name,
        createdAt,
        sequence: sequence++,
        tags: at % 100 === 0 ? ["mark"] : [],
        pinned: at % 97 === 0,
        isGood,
        isIncomplete: night === "incomplete",
      });
    }
    const kept = prune(archives, new Date(now.getTime() + 2 * 3_600_000));
    archives = archives.filter((archive) => kept.has(archive.name));
    return archives.map(({ name }) => name);
  });
}
