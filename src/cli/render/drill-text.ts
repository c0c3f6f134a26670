import type { DrillReport } from "../../backup/restore-reports.ts";
import { safe } from "../output.ts";
import { duration, entries, size, table } from "./units.ts";

/** What a drill came to, for people: what failed stands first. */
export function drillText(report: DrillReport): string {
  const { archive, checks, ok, verdict, durationMs } = report;
  const failed = checks
    .filter((check) => !check.ok)
    .map(({ name, detail }) => `FAILED: ${safe(name)}: ${safe(detail)}`);
  const what = `${entries(report.entries)}, ${size(report.bytes)}; verdict ${verdict}`;
  const first = ok
    ? `${safe(archive)} restores: ${what}. Took ${duration(durationMs)}; nothing of it is left.`
    : `${safe(archive)} does NOT restore as it should (${what}). Nothing of it is left.`;
  return `${[
    ...failed,
    first,
    ...table(checks.filter((check) => check.ok).map(({ name, detail }) => [safe(name), safe(detail)])),
    ...report.warnings.map((warning) => `note: ${safe(warning)}`),
  ].join("\n")}\n`;
}
