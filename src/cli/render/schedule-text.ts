import type {
  InstallReport,
  JobReport,
  RemoveReport,
  RunNowReport,
  ScheduleReport,
  TextChange,
} from "../../backup/schedule/reports.ts";
import { safe } from "../output.ts";
import { table } from "./units.ts";

/** What was installed, for people: what changed first. */
export function installText(report: InstallReport): string {
  const { name, backend, scope, outcome, warnings, hints } = report;
  const where = `${backend}${scope === "system" ? ", system-wide" : ""}`;
  const heads = {
    installed: `Installed ${name} (${where}):`,
    unchanged: `${name} is installed like this already (${where}); nothing was changed:`,
    "dry-run": `Would install ${name} (${where}). Nothing was changed.`,
  } satisfies Record<InstallReport["outcome"], string>;
  return joined([
    ...changesText(report.changes),
    heads[outcome],
    ...table([
      ["runs", `${report.when}${delayText(report.randomDelaySeconds)}`],
      ["next", report.next],
      ["command", commandText(report.command)],
      ["log", safe(report.log)],
    ]),
    ...warnings.map((line) => `warning: ${safe(line)}`),
    ...hints.map((line) => `hint: ${safe(line)}`),
  ]);
}

/** Every timer, for people. */
export function scheduleText({ jobs }: ScheduleReport): string {
  if (jobs.length === 0) return "No backup is scheduled. `ocbak schedule install` does that.\n";
  return joined(jobs.flatMap(jobText));
}

function jobText(job: JobReport): string[] {
  return [
    `${job.name} (${job.backend}):`,
    ...table([
      ["runs", `${job.when}${delayText(job.randomDelaySeconds)}`],
      ["next", job.next ?? "not known"],
      ["last", job.running ? "runs now" : lastText(job.last)],
      ["command", commandText(job.command)],
      ["log", safe(job.log)],
    ]),
    ...job.problems.map((line) => `  PROBLEM: ${safe(line)}`),
    ...job.hints.map((line) => `  hint: ${safe(line)}`),
  ];
}

export function removeText({ name, changes, outcome }: RemoveReport): string {
  const last = outcome === "removed" ? `Removed ${name}.` : `Would remove ${name}. Nothing was changed.`;
  return joined([...changesText(changes), last]);
}

export function runNowText({ name, waited, last, log }: RunNowReport): string {
  if (!waited) return joined([`Started ${name}; \`ocbak schedule status\` says how it ends.`]);
  return joined([`${name} ran: ${lastText(last)}`, `What it printed: ${safe(log)}`]);
}

function changesText(changes: readonly TextChange[]): string[] {
  return changes.flatMap(({ path, diff }) => [`${safe(path)}:`, ...diff.map((line) => `  ${safe(line)}`)]);
}

function lastText(last: JobReport["last"]): string {
  if (last === null) return "not yet, as far as the scheduler knows";
  const { startedAt, finishedAt, exitStatus, result } = last;
  if (result === null) return `begun ${startedAt}${finishedAt === null ? ", the end is not known" : ""}`;
  return `${result}${exitStatus === null ? "" : ` (exit status ${exitStatus})`}, begun ${startedAt}`;
}

function delayText(seconds: number): string {
  if (seconds === 0) return "";
  return `, up to ${seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`} later`;
}

function commandText(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@+=:,./-]+$/.test(word) ? word : JSON.stringify(word)))
    .map(safe)
    .join(" ");
}

function joined(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
