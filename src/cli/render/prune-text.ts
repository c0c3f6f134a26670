import type { FoundLeftover } from "../../backup/store/leftovers.ts";
import type { PrunedArchive, PruneReport } from "../../backup/store/store-reports.ts";
import { safe } from "../output.ts";
import { dateText, leftAlone, seriesName } from "./store-text.ts";
import { are, count, size, table } from "./units.ts";

/** What became of each archive of a store, or would, for people: what failed stands first. */
export function pruneText(report: PruneReport): string {
  const { store, series, untouched, unknown, foreign, dryRun, removed, failed, leftovers } = report;
  const done = dryRun
    ? `${are(removed.archives)} to be removed`
    : `${removed.archives === 1 ? "was" : "were"} removed`;
  const head = `${safe(store)}: ${count(removed.archives, "archive")} ${done}, ${size(removed.bytes)}`;
  return `${[
    ...(failed === 0 ? [] : [`FAILED: ${count(failed, "archive")} could not be removed`]),
    head,
    ...series.flatMap((one) => [
      "",
      seriesName(one),
      ...table(one.archives.map((archive) => rowOf(archive))),
    ]),
    ...(untouched.length === 0 ? [] : [""]),
    ...untouched.map((one) => `not touched: ${count(one.archives, "archive")} of ${seriesName(one)}`),
    ...leftAlone(unknown, foreign),
    ...leftovers.map((one) => leftoverText(one)),
  ].join("\n")}\n`;
}

function rowOf({ createdAt, sizeBytes, fate, keptBy, reason, name }: PrunedArchive): string[] {
  const why = keptBy.length > 0 ? keptBy.join(", ") : (reason ?? "no rule keeps it");
  return [dateText(createdAt), size(sizeBytes), fateWords[fate], safe(why), safe(name)];
}

function leftoverText({ name, sizeBytes, fate }: FoundLeftover): string {
  const whose = fate === "kept" ? "a run may be at work on it" : "a killed run left it";
  return `unfinished, ${fateWords[fate]}: ${safe(name)} (${size(sizeBytes)}; ${whose})`;
}

const fateWords = {
  kept: "kept",
  "to-remove": "would be removed",
  removed: "removed",
  gone: "gone already",
  failed: "FAILED",
} as const;
