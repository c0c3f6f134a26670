import type { ByteSource } from "../format/bytes.ts";
import { FormatError } from "../format/errors.ts";
import type { BadBytes } from "../format/survey/ranges.ts";
import type { SectionSurvey, Survey } from "../format/survey/survey.ts";
import { surveyArchive } from "../format/survey/survey.ts";
import { addStatuses, captureCounts, unknownCapture } from "./capture-verdict.ts";
import { pathText } from "./path-text.ts";
import type { ReadOptions } from "./read-options.ts";
import type {
  BadRange,
  EntryCondition,
  EntryCounts,
  SectionReport,
  Verdict,
  VerifyFinding,
  VerifyLevel,
  VerifyReport,
} from "./reports.ts";

type Body = Omit<VerifyReport, "archive" | "level" | "sizeBytes" | "durationMs">;

const conditionsMax = 1000;
const noEntries: EntryCounts = { whole: 0, cut: 0, missing: 0, damaged: 0, unknown: 0 };

/** The report on an archive that does not hold: what was found first, and what is left. */
export async function surveyReport(
  source: ByteSource,
  refusal: FormatError,
  options: ReadOptions & { level: VerifyLevel },
): Promise<Body> {
  const survey = await surveyArchive(source, options.level === "full" ? options.keys : undefined);
  const verdict = verdictOf(refusal, survey);
  const sections =
    verdict === "not-an-archive"
      ? []
      : survey.sections.map((section) => sectionReport(section, verdict, survey));
  const { manifest } = survey.container;
  return {
    archiveId: survey.container.found.archiveId ?? null,
    createdAt: manifest?.createdAt ?? null,
    profile: manifest?.installation.profile ?? null,
    verdict,
    capture: captureOf(survey),
    presentShare: shareOf(survey),
    sections,
    entries: sections.reduce((sum, section) => addCounts(sum, section.entries), noEntries),
    conditions: conditionsOf(survey),
    findings: findingsOf(refusal, survey),
    signer: null,
  };
}

/** What a reader that refuses for its meaning refused stands; for lost or wrong bytes the survey knows better which. */
function verdictOf(refusal: FormatError, { container, bad }: Survey): Verdict {
  if (!container.recognised) return "not-an-archive";
  if (refusal.verdict !== "damaged" && refusal.verdict !== "partial" && refusal.verdict !== "not-an-archive")
    return refusal.verdict!;
  if (bad.length > 0) return verdictOfBytes({ bad });
  return refusal.verdict;
}

/** Wrong bytes weigh more than missing ones. */
export function verdictOfBytes({ bad }: Pick<Survey, "bad">): Verdict {
  if (bad.some(({ kind }) => kind === "damaged" || kind === "trailing")) return "damaged";
  return bad.length > 0 ? "partial" : "complete";
}

function sectionReport(section: SectionSurvey, verdict: Verdict, survey: Survey): SectionReport {
  const { name, presentBytes, expectedBytes, entries } = section;
  const bad = badOf(section, survey);
  return {
    name,
    verdict: sectionVerdict(bad, verdict),
    presentBytes,
    expectedBytes: expectedBytes ?? null,
    badRanges: bad.map(badRange),
    entries: entries === undefined ? noEntries : countConditions(entries.conditions.values()),
  };
}

/** A section's own bad bytes; what is missing of the file, too, where the section is not all here. */
function badOf({ bad, presentBytes, expectedBytes }: SectionSurvey, survey: Survey): readonly BadBytes[] {
  if (presentBytes === expectedBytes) return bad;
  return [
    ...bad,
    ...survey.bad.filter(
      ({ section, kind }) => section === undefined && (kind === "missing" || kind === "zero-filled"),
    ),
  ];
}

function sectionVerdict(bad: readonly BadBytes[], verdict: Verdict): Verdict {
  if (verdict !== "damaged" && verdict !== "partial") return verdict;
  if (bad.some(({ kind }) => kind === "damaged")) return "damaged";
  return bad.length > 0 ? "partial" : "intact";
}

function badRange({ offset, length, kind }: BadBytes): BadRange {
  return { offset, length: length ?? null, kind };
}

export function countConditions(conditions: Iterable<EntryCondition["condition"] | "whole">): EntryCounts {
  const counts: { -readonly [key in keyof EntryCounts]: number } = { ...noEntries };
  for (const condition of conditions) counts[condition]++;
  return counts;
}

function addCounts(a: EntryCounts, b: EntryCounts): EntryCounts {
  return {
    whole: a.whole + b.whole,
    cut: a.cut + b.cut,
    missing: a.missing + b.missing,
    damaged: a.damaged + b.damaged,
    unknown: a.unknown + b.unknown,
  };
}

function captureOf({ sections }: Survey): Body["capture"] {
  const statuses = sections.map(({ entries }) => entries?.statuses);
  if (statuses.length === 0 || statuses.includes(undefined)) return unknownCapture;
  return captureCounts(addStatuses(...statuses.map((map) => map!)));
}

/** Decoded content bytes here of those planned; undefined while a section cannot be looked into. */
function shareOf({ sections }: Survey): number | null {
  let [here, planned] = [0, 0];
  for (const { entries } of sections) {
    if (entries?.contentBytesPlanned === undefined) return null;
    here += entries.contentBytesHere;
    planned += entries.contentBytesPlanned;
  }
  return planned === 0 ? null : here / planned;
}

export function conditionsOf({ sections }: Survey): EntryCondition[] {
  const conditions: EntryCondition[] = [];
  for (const { name, entries } of sections) {
    for (const [path, condition] of entries?.conditions ?? []) {
      if (condition !== "whole" && conditions.length < conditionsMax)
        conditions.push({ ...pathText(path), section: name, condition });
    }
  }
  return conditions;
}

function findingsOf(refusal: FormatError, { bad, keyRefusal }: Survey): VerifyFinding[] {
  const isTrailing = bad.some(({ kind }) => kind === "trailing");
  const findings: VerifyFinding[] = isTrailing
    ? []
    : [{ code: refusal.code, ...refusal.place, reason: refusal.message }];
  if (keyRefusal !== undefined) findings.push({ code: keyRefusal.code, reason: keyRefusal.message });
  for (const { section, offset, length, kind } of bad) {
    const place = { ...(section && { section }), offset, ...(length !== undefined && { length }) };
    findings.push({
      code: kind === "trailing" ? "trailing-data" : kind,
      ...place,
      reason: reasonOf(offset, length, kind),
    });
  }
  return findings;
}

function reasonOf(offset: number, length: number | undefined, kind: BadBytes["kind"]): string {
  if (length === undefined) return `everything from byte ${offset} on is missing`;
  if (kind === "trailing") return `${length} bytes follow the end of the archive, from byte ${offset} on`;
  if (kind === "missing") return `${length} bytes are missing at byte ${offset}`;
  return `${length} bytes from byte ${offset} on are ${kind}`;
}
