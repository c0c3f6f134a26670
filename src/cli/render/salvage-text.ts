import { statusOfVerdict } from "../exit-status.ts";
import { safe } from "../output.ts";
import type { SalvageReport } from "../../backup/reports.ts";
import { count, entries, number, size } from "./units.ts";

const shownLines = 20;

const proofs = {
  digest: "by the file's own SHA-256",
  segment: "by the digests or the seal of the pieces it lies in",
  checksum: "only by a checksum against accidents: no proof against malice",
} as const;

/** A salvage report for people: what was saved and how sure it is, what is lost, and that this is no restore. */
export function salvageText(report: SalvageReport): string {
  return `${[
    `${safe(report.output)}: saved ${entries(report.entries)}, ${size(report.bytes)}`,
    ...proofLines(report),
    ...lostLines(report),
    ...report.warnings.map((warning) => `note: ${safe(warning)}`),
    isWhole(report)
      ? "Nothing wrong was found in the file: `ocbak restore` makes a working installation of it."
      : "This is what is left of a damaged copy, not a working installation: take from it what you need.",
  ].join("\n")}\n`;
}

function isWhole({ verdict, lost }: SalvageReport): boolean {
  return statusOfVerdict[verdict] === 0 && lost.cut + lost.missing + lost.damaged + lost.unknown === 0;
}

function proofLines(report: SalvageReport): string[] {
  const kinds = ["digest", "segment", "checksum"] as const;
  return kinds
    .filter((kind) => report.proofs[kind] > 0)
    .map((kind) => `  ${number(report.proofs[kind])} proved ${proofs[kind]}`);
}

function lostLines({ lost, conditions }: SalvageReport): string[] {
  const total = lost.cut + lost.missing + lost.damaged + lost.unknown;
  if (total === 0) return [];
  const rows = conditions
    .slice(0, shownLines)
    .map(({ condition, path }) => `  ${condition.padEnd(8)} ${safe(path)}`);
  if (total > rows.length) rows.push(`  … and ${number(total - rows.length)} more; --json has the list`);
  return [`${count(total, "entry", "entries")} not saved:`, ...rows];
}
