import { safe } from "../output.ts";
import type { RestoreReport } from "../../backup/restore-reports.ts";
import { count, entries, number, size, table } from "./units.ts";

const shownLines = 20;
const shownPieces = 5;

/** A restore report for people: what failed first, then what went where and for whom, then what to do next. */
export function restoreText(report: RestoreReport): string {
  const { owner, verdict, dryRun } = report;
  const what = `${entries(report.entries)}, ${size(report.bytes)}`;
  const whom = `${safe(owner.user)}:${safe(owner.group)} (${owner.uid}:${owner.gid})`;
  const first = dryRun
    ? `Would restore ${what} for ${whom}. Nothing was written.`
    : `Restored ${what} for ${whom}; verdict ${verdict}.`;
  return `${[
    ...failedChecks(report),
    first,
    ...(dryRun ? room(report) : []),
    ...table(report.targets.map(({ root, path, pieces }) => [safe(root), safe(path), inPart(pieces)])),
    ...putAside(report),
    ...toRewrite(report),
    ...rewritten(report),
    ...left(report),
    ...report.warnings.map((warning) => `note: ${safe(warning)}`),
    ...doctor(report),
    ...next(report),
  ].join("\n")}\n`;
}

function room({ space }: RestoreReport): string[] {
  return space.map(
    ({ path, neededBytes, freeBytes }) =>
      `${size(neededBytes)} are needed on the file system of ${safe(path)}, ${size(freeBytes)} are free.`,
  );
}

function doctor({ doctor: run }: RestoreReport): string[] {
  if (run === null) return [];
  const lines = run.output.trimEnd().split("\n");
  return ["openclaw doctor:", ...lines.map((line) => `  ${safe(line)}`)];
}

function inPart(pieces: readonly string[] | undefined): string {
  if (pieces === undefined) return "";
  const shown = pieces.slice(0, shownPieces).map(safe).join(", ");
  return `only ${shown}${pieces.length > shownPieces ? ` … and ${number(pieces.length - shownPieces)} more` : ""}`;
}

function failedChecks({ checks }: RestoreReport): string[] {
  return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `FAILED: ${safe(name)}: ${safe(detail)}`);
}

function putAside({ targets, dryRun }: RestoreReport): string[] {
  const kept = targets.filter(({ replaced }) => replaced !== undefined);
  if (kept.length === 0) return [];
  const title = dryRun ? "What is there would be put aside, not deleted:" : "What was there is kept:";
  const rows = kept.map(({ path, replaced, there }) => [
    safe(path),
    "->",
    safe(replaced!),
    there === undefined ? "" : `(${entries(there.entries)}, ${size(there.bytes)})`,
  ]);
  const used = kept.filter(({ carried }) => carried !== undefined);
  const stays = used.map(
    ({ path, carried }) =>
      `of ${safe(path)} ${dryRun ? "would stay" : "stays"} in use: ${carried!.map(safe).join(", ")}`,
  );
  return [title, ...table(rows), ...stays];
}

function toRewrite({ toRewrite: planned }: RestoreReport): string[] {
  if (planned === null) return [];
  const { moves, files, databases, links } = planned;
  const names = [...files, ...databases];
  const more = names.length > shownLines ? [`  … and ${number(names.length - shownLines)} more`] : [];
  return [
    "Old places would be rewritten:",
    ...table(moves.map(({ from, to }) => [safe(from), "->", safe(to)])),
    `in ${count(links, "link")} and wherever they stand in ${count(files.length, "file")} and ${count(databases.length, "database")}:`,
    ...names.slice(0, shownLines).map((name) => `  ${safe(name)}`),
    ...more,
  ];
}

function rewritten({ rewritten: changes }: RestoreReport): string[] {
  const total = changes.reduce((sum, change) => sum + change.count, 0);
  return total === 0
    ? []
    : [
        `${count(total, "path")} rewritten to their new places in ${count(new Set(changes.map(({ file }) => file)).size, "file")}.`,
      ];
}

/** What is to be looked at, each; history in one line, for it is harmless and there is always some. */
function left({ left: entriesLeft }: RestoreReport): string[] {
  const toSee = entriesLeft.filter(({ history }) => history !== true);
  const harmless = entriesLeft.length - toSee.length;
  const rows = toSee.slice(0, shownLines).map(
    ({ file, path, reason }) =>
      `  ${[file, path, reason]
        .filter((part) => part !== "")
        .map(safe)
        .join(": ")}`,
  );
  if (toSee.length > shownLines) rows.push(`  … and ${number(toSee.length - shownLines)} more`);
  return [
    ...(rows.length === 0 ? [] : ["Still as they were:", ...rows]),
    ...(harmless === 0
      ? []
      : [
          `Old paths stay in ${count(harmless, "table")} of history (transcripts, logs), which is harmless; --json names them.`,
        ]),
  ];
}

function next({ hints }: RestoreReport): string[] {
  return hints.length === 0 ? [] : ["Next:", ...hints.map((hint) => `  ${safe(hint)}`)];
}
