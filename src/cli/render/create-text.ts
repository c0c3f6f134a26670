import type { CaptureFinding, CreateReport } from "../../backup/reports.ts";
import { safe } from "../output.ts";
import { leftOutHint, leftOutLine, leftOutRows } from "./left-out-text.ts";
import { remarks } from "./remarks-text.ts";
import { duration, entries, number, size, table } from "./units.ts";

/** Findings shown in full; the rest are counted (`--json` has them all). */
const shownFindings = 20;

/**
 * A create report for people: what was missed first, then what was made. `sealedTo`: for whom, in words. Its warnings
 * were said at once, as every notice is; they stand in the report for scripts.
 */
export function createText(report: CreateReport, sealedTo: string): string {
  return `${[
    ...holes(report),
    made(report),
    ...table([...sources(report), ...sections(report, sealedTo)]),
    ...leftOut(report),
    ...scanned(report),
    ...remarks(report),
    ...(report.archive === null ? [] : [proved(report)]),
  ].join("\n")}\n`;
}

function holes(report: CreateReport): string[] {
  const missed = report.findings.filter(({ status }) => isHole(status));
  const lines = missed.slice(0, shownFindings).map(findingLine);
  if (missed.length > shownFindings) lines.push(`  … and ${number(missed.length - shownFindings)} more`);
  if (!report.complete) return [incomplete(report), ...lines];
  // A dry run is asked for to see what a rule would leave out.
  if (report.archive === null) return leftOutPaths(report);
  return missed.length === 0 ? [] : ["Changed or gone while the backup ran, none of it vital:", ...lines];
}

function incomplete({ entries: counts, findings }: CreateReport): string {
  const { unreadable, vanished, changed } = counts;
  const unfit = findings.filter(({ status }) => status === "unfit-name").length;
  const names = unfit === 0 ? "" : `, ${number(unfit)} with a name or depth that no archive can hold`;
  return `INCOMPLETE: ${number(unreadable)} unreadable, ${number(vanished)} vanished, ${number(changed)} changed while being read${names}.`;
}

/** Each rule in a dry run, the rules' names and sizes else. */
function leftOut({ archive, leftOut: list }: CreateReport): string[] {
  const told = list.filter(({ rule }) => rule !== "database-sidecar");
  if (told.length === 0) return [];
  if (archive === null) return ["Left out:", ...table(leftOutRows(told)), ...leftOutHint(told)];
  return [leftOutLine(told), ...leftOutHint(told)];
}

function leftOutPaths({ findings }: CreateReport): string[] {
  const excluded = findings.filter(({ status }) => status.startsWith("excluded:"));
  const lines = excluded.slice(0, shownFindings).map(findingLine);
  if (excluded.length > shownFindings) lines.push(`  … and ${number(excluded.length - shownFindings)} more`);
  return lines.length === 0 ? [] : ["Would be left out by rule:", ...lines];
}

function isHole(status: string): boolean {
  return ["unreadable", "vanished", "changed", "unfit-name"].includes(status);
}

function findingLine(finding: CaptureFinding): string {
  const reason = finding.reason === "" ? "" : `: ${safe(finding.reason)}`;
  return `  ${finding.status.padEnd(10)} ${safe(finding.path)}${reason}`;
}

function made(report: CreateReport): string {
  const { entries: counts, contentBytes, sizeBytes } = report;
  const taken = `${entries(counts.total - counts.excluded)}, ${size(contentBytes)} of content`;
  const left = counts.excluded === 0 ? "" : `; ${number(counts.excluded)} left out by rule`;
  if (report.archive === null) return `A backup would take ${taken}${left}. Nothing was written.`;
  const name = report.archive === "-" ? "the archive" : safe(report.archive);
  return `${name}: ${size(sizeBytes)} (${taken}${left})`;
}

/** What the scan for secrets found: where, and of which kind. */
function scanned({ scan: { files, hits } }: CreateReport): string[] {
  if (hits.length === 0) return [];
  const lines = hits.slice(0, shownFindings).map(({ path, reason }) => `  ${safe(path)}: ${safe(reason)}`);
  if (hits.length > shownFindings) lines.push(`  … and ${number(hits.length - shownFindings)} more`);
  return [
    `Sealed for the secrets in them, ${number(hits.length)} of ${number(files)} workspace files scanned:`,
    ...lines,
  ];
}

function sources(report: CreateReport): string[][] {
  const profile = report.profile === null ? "" : ` of profile ${safe(report.profile)}`;
  return [
    [`state${profile}`, safe(report.stateDir)],
    ...report.workspaces.map(({ agents, path }) => [
      `workspace of ${agents.map(safe).join(", ")}`,
      safe(path),
    ]),
  ];
}

function sections(report: CreateReport, sealedTo: string): string[][] {
  return report.sections.map((section) => [
    section.sealed ? "sealed" : "plain",
    `${entries(section.entries)}, ${size(section.contentBytes)}; ${section.sealed ? sealedTo : "READABLE by anyone who has the file"}`,
  ]);
}

function proved(report: CreateReport): string {
  const took = `Took ${duration(report.durationMs)}.`;
  if (report.verified === "none") return `NOT VERIFIED: read it back with \`ocbak verify\`. ${took}`;
  const what =
    report.verified === "full"
      ? "every file was read back from the archive"
      : "all but the sealed files was read back";
  return `Verified: ${what}. ${took}`;
}
