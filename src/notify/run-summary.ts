/** What a service on the network is told of a run: nothing in it is free text, a path, or a name that somebody chose. */
export interface RunSummary {
  readonly outcome: SummaryOutcome;
  /** Of the error that ended it before its time; null where there was none. */
  readonly code: string | null;
  readonly durationMs: number;
  /** One a profile that was backed up, in order. */
  readonly installations: readonly InstallationSummary[];
}

export interface InstallationSummary {
  readonly outcome: SummaryOutcome;
  /** Null: no archive was made. */
  readonly archiveBytes: number | null;
  readonly steps: readonly {
    readonly step: string;
    readonly outcome: string;
    readonly durationMs: number;
    /** Of the error; null where there was none. */
    readonly code: string | null;
  }[];
}

export type SummaryOutcome = "done" | "incomplete" | "failed";

/** The summary as the body of a ping: a line for the run, one for each installation, one for each step. */
export function summaryText({ outcome, code, durationMs, installations }: RunSummary): string {
  const lines = installations.flatMap((installation, at) => [
    `backup ${at + 1}: ${installation.outcome}, ${sizeText(installation.archiveBytes)}`,
    ...installation.steps.map(
      ({ step, outcome, durationMs, code }) =>
        `  ${word(step)}: ${word(outcome)}, ${seconds(durationMs)}${codeText(code)}`,
    ),
  ]);
  return `${[`ocbak run: ${outcome}, ${seconds(durationMs)}${codeText(code)}`, ...lines].join("\n")}\n`;
}

function sizeText(bytes: number | null): string {
  return bytes === null ? "no archive" : `${bytes} bytes`;
}

function codeText(code: string | null): string {
  return code === null ? "" : ` (${word(code)})`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Codes are words of ours or of the system (`ENOSPC`). Whatever else stands in their place is not passed on. */
function word(text: string): string {
  return /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(text) && !/\d{5}/.test(text) ? text : "other";
}
