import type { DiffReport, DiffRoot, Difference } from "../../backup/diff/diff-report.ts";
import { safe } from "../output.ts";
import { count, entries, number } from "./units.ts";

/** Differences shown in full; the rest are counted (`--json` has them all). */
const shownLines = 200;
/** Of what could not be compared, and of the tables of a database. */
const shownReasons = 20;

/** A comparison for people: what could not be told first, then root by root. */
export function diffText(report: DiffReport): string {
  const shown = report.differences.slice(0, shownLines);
  const total = report.roots.reduce((sum, { added, removed, changed }) => sum + added + removed + changed, 0);
  return `${[
    headline(report, total),
    ...report.warnings.map((warning) => `WARNING: ${safe(warning)}`),
    ...report.roots.flatMap((root) => [
      rootLine(root),
      ...shown.filter((one) => isIn(one, root)).flatMap(differenceLines),
    ]),
    ...(total > shown.length
      ? [`… and ${count(total - shown.length, "more difference")} (--json has them)`]
      : []),
    ...notCompared(report),
  ].join("\n")}\n`;
}

function headline({ archive, other, equal, roots, compared }: DiffReport, total: number): string {
  const what = `${safe(archive)} and ${other === null ? "this machine" : safe(other)}`;
  if (!equal) return `${what}: ${count(total, "difference")}.`;
  const same = roots.reduce((sum, root) => sum + root.same, 0);
  const part = compared === "all" ? "" : ", as far as can be told without the key";
  return `${what}: no difference in ${entries(same)}${part}.`;
}

function rootLine({ root, path, otherPath, ...counts }: DiffRoot): string {
  const places = path === otherPath ? [path] : [path, otherPath];
  const where = places.map((place) => (place === null ? "(not there)" : safe(place))).join(" | ");
  const words = (["added", "removed", "changed"] as const).filter((kind) => counts[kind] > 0);
  const told = [
    ...words.map((kind) => `${number(counts[kind])} ${kind}`),
    `${number(counts.same)} the same`,
    ...(counts.untold === 0 ? [] : [`${number(counts.untold)} that only the key tells`]),
  ];
  return `${safe(root)}  ${where}: ${told.join(", ")}`;
}

function isIn({ path }: Difference, { root }: DiffRoot): boolean {
  return path === root || path.startsWith(`${root}/`);
}

const marks = { added: "+", removed: "-", changed: "~" } as const satisfies Record<
  Difference["kind"],
  string
>;

function differenceLines(difference: Difference): string[] {
  const { kind, path, type, changes = [], database } = difference;
  const slash = type === "directory" ? "/" : "";
  const why = changes.length === 0 ? "" : ` (${changes.map(changeText).join(", ")})`;
  return [`  ${marks[kind]} ${safe(path)}${slash}${why}`, ...databaseLines(database)];
}

function changeText({ what, from, to }: NonNullable<Difference["changes"]>[number]): string {
  if (from === null && to === null) return what;
  return `${what} ${from === null ? "none" : safe(from)} → ${to === null ? "none" : safe(to)}`;
}

function databaseLines(database: Difference["database"]): string[] {
  if (database === undefined) return [];
  const { settings, schema, tables, reason } = database;
  const lines = [
    ...(reason === null ? [] : [safe(reason)]),
    ...settings.map((name) => `${safe(name)} differs`),
    ...schema.map((name) => `the definition of ${safe(name)} differs`),
    ...tables.map((table) => `table ${safe(table.name)}: ${rows(table.rows)} → ${rows(table.otherRows)}`),
  ];
  const more = lines.length - shownReasons;
  return [...lines.slice(0, shownReasons), ...(more > 0 ? [`… and ${number(more)} more`] : [])].map(
    (line) => `      ${line}`,
  );
}

function rows(value: number | null): string {
  return value === null ? "no such table" : count(value, "row");
}

function notCompared({ notCompared: list }: DiffReport): string[] {
  if (list.length === 0) return [];
  const lines = list.slice(0, shownReasons).map(({ path, reason }) => `  ${safe(path)}: ${safe(reason)}`);
  if (list.length > shownReasons) lines.push(`  … and ${number(list.length - shownReasons)} more`);
  return ["Not compared:", ...lines];
}
