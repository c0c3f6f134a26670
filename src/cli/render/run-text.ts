import type { InstallationRun, ToldReport } from "../../backup/run/run-report.ts";
import { safe } from "../output.ts";
import { duration, size, table } from "./units.ts";

const outcomes = { done: "done", incomplete: "INCOMPLETE", failed: "FAILED", skipped: "skipped" } as const;

/** The nightly job for people: what each installation came to, step by step. */
export function runText({ installations, outcome, told }: ToldReport): string {
  const lines = installations.flatMap((installation) => installationLines(installation));
  const untold = told.flatMap(({ reason }) => (reason === null ? [] : [`warning: ${safe(reason)}`]));
  return `${[...lines, ...untold, `Run: ${outcomes[outcome]}`].join("\n")}\n`;
}

function installationLines({ installation, archive, store, steps, warnings }: InstallationRun): string[] {
  const made =
    archive === null
      ? "no archive"
      : `${archive.name} (${size(archive.sizeBytes)}) in the store ${store ?? ""}`;
  const rows = steps.map(({ step, store: where, outcome, durationMs, reason }) => [
    where === null ? step : `${step} ${where}`,
    outcomes[outcome],
    duration(durationMs),
    reason ?? "",
  ]);
  return [
    safe(`${installation.profile ?? "default"} (${installation.stateDir}): ${made}`),
    ...table(rows.map((row) => row.map(safe))),
    ...warnings.map((warning) => `  warning: ${safe(warning)}`),
  ];
}
