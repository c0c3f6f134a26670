import type {
  BadRange,
  RangeKind,
  EntryCounts,
  SectionReport,
  Verdict,
  VerifyFinding,
  VerifyReport,
} from "../../backup/reports.ts";
import { errorText } from "../failure.ts";
import { statusOfVerdict } from "../exit-status.ts";
import { hintOfVerdict } from "../hints.ts";
import { safe } from "../output.ts";
import { are, count, entries, number, size } from "./units.ts";

/** Lines of each list; the counts are exact and `--json` has more. */
const shownLines = 20;

const proves = {
  complete: "its length and structure are whole; what is inside was not read",
  intact: "all that can be proved without the key was proved; the sealed files themselves were not read",
  full: "every file was proved, the sealed ones too",
  authentic: "every file was proved, the sealed ones too, and a signer you trust made it",
  partial: "cut short, or parts of it are missing",
  damaged: "bytes of it have changed",
  unsafe: "it holds what no honest backup holds",
  unbound: "its parts do not belong together, or its signature does not hold",
  unsupported: "made by a newer ocbak",
  "not-an-archive": "not an ocbak archive",
  stale: "older than an archive of this installation seen before",
} as const satisfies Record<Verdict, string>;

/** A verify report for people: holes of the capture first, then the verdict, then what is left and what to copy again. */
export function verifyText(report: VerifyReport): string {
  const name = safe(report.archive);
  return `${[
    ...captureHoles(report),
    `${name}: ${report.verdict}: ${proves[report.verdict]}`,
    ...identity(report),
    ...(isWhole(report) ? [] : loss(report)),
  ].join("\n")}\n`;
}

/** The error and hint lines of a refusal; nothing for a whole archive. */
export function verifyFailure(report: VerifyReport): string {
  if (statusOfVerdict[report.verdict] === 0) return "";
  const reason = report.findings[0]?.reason ?? proves[report.verdict];
  return errorText(`${report.archive}: ${report.verdict}: ${reason}`, hintFor(report));
}

function hintFor(report: VerifyReport): string {
  const { verdict } = report;
  if (verdict === "partial" || verdict === "damaged") {
    const named = report.sections.some(({ badRanges }) => badRanges.length > 0);
    const rest = verdict === "partial" ? "copy the rest of it again" : "copy it again from where it was made";
    const copy = named ? "copy the bytes named above again" : rest;
    return `${copy}, or make a new backup; \`ocbak salvage ${report.archive} -o DIR\` saves what is whole`;
  }
  return verdict in hintOfVerdict ? hintOfVerdict[verdict as keyof typeof hintOfVerdict] : "";
}

function isWhole(report: VerifyReport): boolean {
  return statusOfVerdict[report.verdict] === 0;
}

/** First of all, and apart from the copy's health: what the backup never had. */
function captureHoles({ capture }: VerifyReport): string[] {
  if (capture.complete !== false) return [];
  const parts = [
    holes(capture.unreadable, "could not be read"),
    holes(capture.vanished, "vanished meanwhile"),
    holes(capture.changed, "changed while being read"),
  ].filter((part) => part !== undefined);
  return [
    `INCOMPLETE BACKUP: data that matters was missed when it was made${parts.length === 0 ? "" : `: ${parts.join(", ")}`}.`,
    "Copying it again does not help; make a new backup.",
  ];
}

function holes(value: number | null, what: string): string | undefined {
  return value === null || value === 0 ? undefined : `${count(value, "file")} ${what}`;
}

function identity(report: VerifyReport): string[] {
  const lines: string[] = [];
  if (report.createdAt !== null) {
    const profile = report.profile === null ? "" : `, profile ${safe(report.profile)}`;
    lines.push(`  made ${safe(report.createdAt)}${profile}; ${size(report.sizeBytes)}${proved(report)}`);
  }
  if (report.signer !== null) {
    lines.push(
      `  signed by ${safe(report.signer.key)}${report.signer.trusted ? "" : ", who is not among your trusted signers"}`,
    );
  }
  return lines;
}

/** Quick verification looks at none, and without the key the sealed ones are not counted. */
function proved({ entries: { whole }, verdict }: VerifyReport): string {
  if (whole === 0 || statusOfVerdict[verdict] !== 0) return "";
  return `; ${entries(whole)} proved`;
}

function sum(counts: EntryCounts): number {
  return counts.whole + counts.cut + counts.missing + counts.damaged + counts.unknown;
}

function loss(report: VerifyReport): string[] {
  const share =
    report.presentShare === null
      ? []
      : [`${(Math.floor(report.presentShare * 1000) / 10).toFixed(1)}% of its content is here.`];
  return [
    ...share,
    ...report.sections.flatMap((section) => sectionLines(section, report.level === "full")),
    ...rangeLines(report),
    ...conditionLines(report),
    ...findingLines(report.findings),
  ];
}

const filesOf = { plain: "workspace files", sealed: "sealed files" } as const;

/** `812 of 856 workspace files are whole; 3 are cut; 41 are missing.` */
function sectionLines(section: SectionReport, withKey: boolean): string[] {
  const counts = section.entries;
  const all = sum(counts);
  const known = all - counts.unknown;
  if (known === 0) return section.name === "sealed" ? sealedUnread(section, withKey) : [];
  const lost = [
    part(counts.cut, "cut"),
    part(counts.damaged, "damaged"),
    part(counts.missing, "missing"),
    part(counts.unknown, "unknown"),
  ];
  const first = `${number(counts.whole)} of ${number(all)} ${filesOf[section.name]} ${are(counts.whole)} whole`;
  return [`${[first, ...lost.filter((text) => text !== "")].join("; ")}.`];
}

function part(value: number, what: string): string {
  return value === 0 ? "" : `${number(value)} ${are(value)} ${what}`;
}

/** Without the key, or without its beginning, only its bytes can be counted. */
function sealedUnread({ presentBytes, expectedBytes }: SectionReport, withKey: boolean): string[] {
  const here =
    expectedBytes === null
      ? `${size(presentBytes)} here; its full size is not known`
      : `${size(presentBytes)} of ${size(expectedBytes)} here`;
  const key = withKey ? "" : " Which of its files are whole, only the key can tell: add -i FILE.";
  return [`The sealed part (state, configuration, credentials): ${here}.${key}`];
}

/** Where the copy ends, and which byte ranges to copy again. */
function rangeLines(report: VerifyReport): string[] {
  const ranges = report.sections
    .flatMap(({ badRanges }) => badRanges)
    .toSorted((a, b) => a.offset - b.offset);
  const tail = ranges.find(({ kind, length }) => kind === "missing" && length === null);
  const holes = ranges.filter((range) => range !== tail);
  const lines = holes.slice(0, shownLines).map(rangeLine);
  if (holes.length > shownLines) lines.push(`  … and ${number(holes.length - shownLines)} more byte ranges`);
  if (lines.length > 0) lines.unshift("Copy these bytes of the file again:");
  if (report.verdict === "partial" && (tail !== undefined || holes.length === 0)) {
    lines.push(
      `The file ends at byte ${number(report.sizeBytes)}: copy it again from there, or make a new backup.`,
    );
  }
  return lines;
}

function rangeLine(range: BadRange): string {
  const { offset, length, kind } = range;
  if (length === null) return `  from byte ${number(offset)} to the end: ${kind}`;
  return `  bytes ${number(offset)} to ${number(offset + length - 1)} (${size(length)}): ${kind}`;
}

function conditionLines({ conditions, entries: counts }: VerifyReport): string[] {
  const lines = conditions
    .slice(0, shownLines)
    .map(({ condition, path }) => `  ${condition.padEnd(8)} ${safe(path)}`);
  const rest = counts.cut + counts.missing + counts.damaged + counts.unknown - lines.length;
  if (lines.length > 0 && rest > 0) lines.push(`  … and ${number(rest)} more that are not whole`);
  return lines;
}

const rangeKinds: ReadonlySet<string> = new Set<RangeKind>(["damaged", "missing", "zero-filled", "trailing"]);

/** What is said neither by the error line, which is the first of them, nor by the byte ranges. */
function findingLines(all: readonly VerifyFinding[]): string[] {
  const findings = all.slice(1).filter(({ code }) => !rangeKinds.has(code));
  const lines = findings.slice(0, shownLines).map((finding) => {
    const where = [
      finding.path === undefined ? "" : ` ${safe(finding.path)}`,
      finding.offset === undefined ? "" : ` at byte ${number(finding.offset)}`,
    ];
    return `  ${finding.code}${where.join("")}: ${safe(finding.reason)}`;
  });
  if (findings.length > shownLines)
    lines.push(`  … and ${number(findings.length - shownLines)} more findings`);
  return lines.length === 0 ? [] : ["Found besides:", ...lines];
}
