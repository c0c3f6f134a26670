import type {
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
import { copyAgainLines } from "./copy-again-text.ts";
import { are, count, entries, number, size } from "./units.ts";

/** Lines of each list; the counts are exact and `--json` has more. */
const shownLines = 20;

const proves = {
  complete: "its length and structure are whole; what is inside was not read",
  intact: "all that can be proved without the key was proved; the sealed files themselves were not read",
  full: "every file was proved, the sealed ones too",
  authentic: "every file was proved, the sealed ones too, and a signer you trust made it",
  partial: "parts of it are missing",
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
    `${name}: ${report.verdict}: ${isCutOnly(report) ? "cut short" : proves[report.verdict]}`,
    ...identity(report),
    ...(isWhole(report) ? [] : loss(report)),
  ].join("\n")}\n`;
}

/** The error and hint lines of a refusal; nothing for a whole archive. */
export function verifyFailure(report: VerifyReport): string {
  if (statusOfVerdict[report.verdict] === 0) return "";
  return errorText(`${report.archive}: ${report.verdict}: ${reasonOf(report)}`, hintFor(report));
}

/** Of a copy in which bytes are only missing, not the first check that stumbled over it but what is missing. */
function reasonOf({ findings, verdict }: VerifyReport): string {
  const [first] = findings;
  const isAboutBytes = verdict === "partial" && first?.code !== "truncated" && first?.code !== "part-missing";
  return (
    ((isAboutBytes && findings.find((one) => rangeKinds.has(one.code))) || first)?.reason ?? proves[verdict]
  );
}

function hintFor(report: VerifyReport): string {
  const { verdict, copyAgain, badRanges, archive } = report;
  if (verdict === "partial" || verdict === "damaged") {
    const isTooLong = badRanges.some(({ kind }) => kind === "trailing");
    const named = isTooLong ? "cut off what is too much" : "copy again what is named above";
    const again = copyAgain.length > 0 || isTooLong ? named : "copy it again from where it was made";
    return `${again} and verify again, or make a new backup; \`ocbak salvage ${archive} -o DIR\` saves what is whole`;
  }
  return verdict in hintOfVerdict ? hintOfVerdict[verdict as keyof typeof hintOfVerdict] : "";
}

/** Nothing is wrong but that the end is not here. */
function isCutOnly({ verdict, badRanges, sizeBytes }: VerifyReport): boolean {
  return (
    verdict === "partial" && badRanges.every(({ kind, offset }) => kind === "missing" && offset === sizeBytes)
  );
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
  const { verdict } = report;
  return [
    ...shareLines(report),
    ...report.sections.flatMap((section) => sectionLines(section, report)),
    ...(verdict === "partial" || verdict === "damaged" || verdict === "unbound"
      ? copyAgainLines(report)
      : []),
    ...conditionLines(report),
    ...findingLines(report.findings),
  ];
}

/** Without the key only that of the workspace files is known. */
function shareLines({ presentShare, sections }: VerifyReport): string[] {
  const plain = sections.find(({ name }) => name === "plain");
  if (presentShare !== null) return [`${percent(presentShare)} of its content is here.`];
  if (plain === undefined || plain.presentShare === null) return [];
  return [`${percent(plain.presentShare)} of the content of its workspace files is here.`];
}

function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)}%`;
}

const filesOf = { plain: "workspace files", sealed: "sealed files" } as const;

/** `812 of 856 workspace files are whole; 3 are cut; 41 are missing.` */
function sectionLines(section: SectionReport, report: VerifyReport): string[] {
  const counts = section.entries;
  const all = sum(counts);
  if (all === 0) return section.name === "sealed" ? sealedUnread(section, report) : [];
  if (counts.unknown === all)
    return [
      `What became of the ${number(all)} ${filesOf[section.name]} cannot be told: none of them can be read.`,
    ];
  const lost = [
    part(counts.cut, "cut"),
    part(counts.damaged, "damaged"),
    part(counts.missing, "missing"),
    part(counts.unknown, "not known by name"),
  ];
  const first = `${number(counts.whole)} of ${number(all)} ${filesOf[section.name]} ${are(counts.whole)} whole`;
  return [`${[first, ...lost.filter((text) => text !== "")].join("; ")}.`];
}

function part(value: number, what: string): string {
  return value === 0 ? "" : `${number(value)} ${are(value)} ${what}`;
}

/** Without the key, or without its beginning, only its bytes can be counted. */
function sealedUnread(
  { presentBytes, expectedBytes }: SectionReport,
  { level, findings }: VerifyReport,
): string[] {
  const here =
    expectedBytes === null
      ? `${size(presentBytes)} here; its full size is not known`
      : `${size(presentBytes)} of ${size(expectedBytes)} here`;
  const why = findings.find((finding) => isUnopened(finding));
  const key =
    level === "full"
      ? why && ` ${capital(safe(why.reason))}.`
      : presentBytes === 0
        ? ""
        : " Which of its files are whole, only the key can tell: add -i FILE.";
  return [`The sealed part (state, configuration, credentials): ${here}.${key ?? ""}`];
}

function isUnopened({ code, section }: VerifyFinding): boolean {
  return section === "sealed" && (code === "bad-age-header" || code === "bad-chunk");
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function conditionLines({ conditions, entries: counts }: VerifyReport): string[] {
  const lines = conditions
    .slice(0, shownLines)
    .map(({ condition, path }) => `  ${condition.padEnd(8)} ${safe(path)}`);
  const rest = counts.cut + counts.missing + counts.damaged + counts.unknown - lines.length;
  if (lines.length === 0) return [];
  if (rest > 0)
    lines.push(`  … and ${number(rest)} more; --json names ${namedBy(conditions.length, counts)}`);
  return ["Not whole:", ...lines];
}

function namedBy(named: number, { cut, missing, damaged, unknown }: EntryCounts): string {
  const known = cut + missing + damaged;
  return named < known || unknown > 0 ? `${number(named)} of them` : "them all";
}

const rangeKinds: ReadonlySet<string> = new Set<RangeKind>(["damaged", "missing", "zero-filled", "trailing"]);

/** What is said neither by the error line, which is the first of them, nor by the byte ranges. */
function findingLines(all: readonly VerifyFinding[]): string[] {
  const findings = all.slice(1).filter((one) => !rangeKinds.has(one.code) && !isUnopened(one));
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
