import type { ArchivesReport, ListedArchive, ListedSeries } from "../../backup/store/store-reports.ts";
import { safe } from "../output.ts";
import { dateText, leftAlone, seriesName } from "./store-text.ts";
import { count, size, table } from "./units.ts";

/** What a store holds, for people, newest first. */
export function archivesText(report: ArchivesReport): string {
  const { store, series, unknown, foreign } = report;
  const all = series.flatMap(({ archives }) => archives);
  const head = `${safe(store)}: ${count(all.length, "archive")}, ${size(bytesOf(all))}; dates are UTC`;
  return `${[head, ...series.flatMap((one) => ["", ...seriesText(one)]), ...leftAlone(unknown, foreign)].join("\n")}\n`;
}

function bytesOf(archives: readonly ListedArchive[]): number {
  return archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function seriesText(series: ListedSeries): string[] {
  const { archives, gaps, forks } = series;
  const isDecided = archives.some(({ keptBy }) => keptBy !== null);
  const rows = archives.map((archive) => [
    dateText(archive.createdAt),
    size(archive.sizeBytes),
    verdictText(archive),
    ...(isDecided ? [keptText(archive)] : []),
    marksText(archive),
    safe(archive.name),
  ]);
  const header = ["date", "size", "verdict", ...(isDecided ? ["kept by"] : []), "marks", "name"];
  return [
    `${seriesName(series)} (${count(archives.length, "archive")}, ${size(bytesOf(archives))})`,
    ...table([header, ...rows]),
    ...gaps.map(({ from, to }) => {
      const which = from === to ? `number ${from}` : `numbers ${from} to ${to}`;
      return `  missing: ${which} of this series; this machine did not prune it here`;
    }),
    ...forks.map(
      ({ kind, archives: names }) => `  fork: ${names.map(safe).join(" and ")} ${forkWords[kind]}`,
    ),
  ];
}

const forkWords = {
  number: "have the same number in the series",
  previous: "both follow the same archive",
  link: "do not follow each other, though their numbers do",
} as const;

function verdictText({ verdict, verifiedAt, complete, reason }: ListedArchive): string {
  const when = verifiedAt === null ? "" : ` ${verifiedAt.slice(0, 10)}`;
  const what = reason === null ? "" : ` (${safe(reason)})`;
  return `${safe(verdict)}${when}${complete === false ? ", incomplete" : ""}${what}`;
}

function keptText({ keptBy }: ListedArchive): string {
  if (keptBy === null) return "-";
  return keptBy.length === 0 ? "nothing" : safe(keptBy.join(", "));
}

/** The end of a public key tells it from others. */
function marksText({ pinned, signer, tags }: ListedArchive): string {
  const marks = [
    ...(pinned ? ["pinned"] : []),
    ...(signer === null ? [] : [`signed …${signer.slice(-8)}`]),
    ...tags.map((tag) => safe(tag)),
  ];
  return marks.length === 0 ? "-" : marks.join(", ");
}
