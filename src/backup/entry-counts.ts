import type { EntrySurvey } from "../format/survey/section-survey.ts";
import type { EntryCounts } from "./reports.ts";

export const noEntries: EntryCounts = { whole: 0, cut: 0, missing: 0, damaged: 0, unknown: 0 };

/** How many of a section's entries are in which condition; none where it could not be looked into. */
export function countEntries(survey: EntrySurvey | undefined): EntryCounts {
  if (survey === undefined) return noEntries;
  const counts: { -readonly [key in keyof EntryCounts]: number } = { ...noEntries };
  for (const condition of survey.conditions.values()) counts[condition]++;
  counts.unknown += survey.unknownEntries;
  return counts;
}

export function sumCounts(all: readonly EntryCounts[]): EntryCounts {
  return all.reduce(
    (a, b) => ({
      whole: a.whole + b.whole,
      cut: a.cut + b.cut,
      missing: a.missing + b.missing,
      damaged: a.damaged + b.damaged,
      unknown: a.unknown + b.unknown,
    }),
    noEntries,
  );
}
