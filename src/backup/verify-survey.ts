import type { ByteSource } from "../format/bytes.ts";
import { FormatError } from "../format/errors.ts";
import type { BadBytes } from "../format/survey/bad-bytes.ts";
import type { SectionSurvey, Survey, Unopened } from "../format/survey/survey.ts";
import { surveyArchive } from "../format/survey/survey.ts";
import { addStatuses, captureCounts, unknownCapture } from "./capture-verdict.ts";
import { pathText } from "./path-text.ts";
import { countEntries, sumCounts } from "./entry-counts.ts";
import type { ReadOptions } from "./read-options.ts";
import type {
  BadRange,
  EntryCondition,
  SectionReport,
  Verdict,
  VerifyFinding,
  VerifyLevel,
  VerifyReport,
} from "./reports.ts";

type Body = Omit<VerifyReport, "archive" | "level" | "sizeBytes" | "durationMs">;

/** What a JSON document can still bear. */
const conditionsMax = 100_000;

/** The report on an archive that does not hold: what was found first, and what is left. */
export async function surveyReport(
  source: ByteSource,
  refusal: FormatError,
  options: ReadOptions & { level: VerifyLevel },
): Promise<Body> {
  const survey = await surveyArchive(source, options.level === "full" ? options.keys : undefined);
  const verdict = verdictOf(refusal, survey, source.sizeBytes);
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
    presentShare: shareOf(survey.sections),
    expectedBytes: survey.container.end?.archiveBytes ?? null,
    badRanges: verdict === "not-an-archive" ? [] : survey.bad.map(badRange),
    copyAgain:
      verdict === "not-an-archive"
        ? []
        : survey.copyAgain.map(({ offset, length }) => ({ offset, length: length ?? null })),
    sections,
    entries: sumCounts(sections.map((section) => section.entries)),
    conditions: conditionsOf(survey),
    findings: findingsOf(refusal, survey),
    signer: null,
  };
}

/** What a reader that refuses for its meaning refused stands; for lost or wrong bytes the survey knows better which. */
function verdictOf(refusal: FormatError, { container, bad }: Survey, fileBytes: number): Verdict {
  if (!container.recognised) return "not-an-archive";
  if (refusal.verdict !== "damaged" && refusal.verdict !== "partial" && refusal.verdict !== "not-an-archive")
    return refusal.verdict!;
  // A file as long as its end says misses nothing: what looks like it is an archive put together wrongly.
  const isAllHere = container.end?.archiveBytes === fileBytes && bad.every(({ kind }) => kind === "missing");
  if (bad.length > 0 && !isAllHere) return verdictOfBytes({ bad });
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
    presentShare: shareOf([section]),
    badRanges: bad.map(badRange),
    entries: countEntries(entries),
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

function captureOf({ sections }: Survey): Body["capture"] {
  const statuses = sections.map(({ entries }) => entries?.statuses);
  if (statuses.length === 0 || statuses.includes(undefined)) return unknownCapture;
  return captureCounts(addStatuses(...statuses.map((map) => map!)));
}

/**
 * Decoded content bytes here of those planned, at most 1: where only the inventory is left, files may have grown since
 * it was written. Null while a section cannot be looked into.
 */
function shareOf(sections: readonly SectionSurvey[]): number | null {
  let [here, planned] = [0, 0];
  for (const { entries } of sections) {
    if (entries?.contentBytesPlanned === undefined) return null;
    here += entries.contentBytesHere;
    planned += entries.contentBytesPlanned;
  }
  return planned === 0 ? null : Math.min(1, here / planned);
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

function findingsOf(refusal: FormatError, survey: Survey): VerifyFinding[] {
  const { bad, unopened, sections } = survey;
  const isTrailing = bad.some(({ kind }) => kind === "trailing");
  const findings: VerifyFinding[] = isTrailing
    ? []
    : [{ code: refusal.code, ...refusal.place, reason: refusal.message }];
  if (unopened !== undefined) findings.push(unopenedFinding(survey, unopened));
  for (const { name, searchGaveUpAt } of sections) {
    if (searchGaveUpAt === undefined) continue;
    const where = `at byte ${searchGaveUpAt} of its stored stream`;
    findings.push({
      code: "search-given-up",
      section: name,
      reason: `the search for what is still readable in the ${name} section was given up ${where}: more may be whole`,
    });
  }
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

/** Why nothing of the sealed section was read, though there was a key. */
export function unopenedFinding({ bad, container }: Survey, unopened: Unopened): VerifyFinding {
  if (unopened instanceof FormatError) return { code: unopened.code, reason: unopened.message };
  const isGone = bad.some(({ length, offset }) => length === undefined && isBefore(container, offset));
  const lost = isGone ? "is not here" : "is damaged";
  const what =
    unopened === "no-age-header" ? `its age header ${lost}` : `the beginning of its first segment ${lost}`;
  return {
    code: unopened === "no-age-header" ? "bad-age-header" : "bad-chunk",
    section: "sealed",
    reason: `nothing of the sealed section can be opened: ${what}`,
  };
}

/** Whether the file ends before the first byte of the sealed section's content. */
function isBefore({ segments }: Survey["container"], offset: number): boolean {
  return (segments.sealed[0]?.offset ?? offset) >= offset;
}

function reasonOf(offset: number, length: number | undefined, kind: BadBytes["kind"]): string {
  if (length === undefined) return `everything from byte ${offset} on is missing`;
  if (kind === "trailing") return `${length} bytes follow the end of the archive, from byte ${offset} on`;
  if (kind === "missing") return `${length} bytes are missing at byte ${offset}`;
  return `${length} bytes from byte ${offset} on are ${kind}`;
}
