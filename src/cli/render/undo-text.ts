import type { UndoReport } from "../../backup/restore-reports.ts";
import { safe } from "../output.ts";
import { table } from "./units.ts";

/** What was put back, for people. */
export function undoText({ restoredAt, places, dryRun }: UndoReport): string {
  const first = dryRun
    ? `Would take back the restore of ${restoredAt}. Nothing was changed.`
    : `Took back the restore of ${restoredAt}:`;
  const back = places.filter(({ restored }) => restored !== null);
  const kept = places.filter(({ undone }) => undone !== null);
  return `${[
    first,
    ...table(back.map(({ path, restored }) => [safe(path), "<-", safe(restored!)])),
    ...(kept.length === 0 ? [] : ["What had been restored is kept:"]),
    ...table(kept.map(({ path, undone }) => [safe(path), "->", safe(undone!)])),
  ].join("\n")}\n`;
}
