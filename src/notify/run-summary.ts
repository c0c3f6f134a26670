/** What a service on the network is told of a run: nothing in it is free text, a path, or a name that somebody chose. */
export interface RunSummary {
  readonly outcome: SummaryOutcome;
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

/** Worse ones first. */
const order: readonly SummaryOutcome[] = ["failed", "incomplete", "done"];

/** What all together came to; nothing at all is a failure. */
export function worstOf(outcomes: readonly SummaryOutcome[]): SummaryOutcome {
  return order.find((outcome) => outcomes.includes(outcome)) ?? "failed";
}

/** The summary as the body of a ping: a line for the run, one for each installation, one for each step. */
export function summaryText({ outcome, durationMs, installations }: RunSummary): string {
  const lines = installations.flatMap((installation, at) => [
    `backup ${at + 1}: ${installation.outcome}, ${sizeText(installation.archiveBytes)}`,
    ...installation.steps.map(
      ({ step, outcome, durationMs, code }) =>
        `  ${word(step)}: ${word(outcome)}, ${seconds(durationMs)}${code === null ? "" : ` (${word(code)})`}`,
    ),
  ]);
  return `${[`ocbak run: ${outcome}, ${seconds(durationMs)}`, ...lines].join("\n")}\n`;
}

function sizeText(bytes: number | null): string {
  return bytes === null ? "no archive" : `${bytes} bytes`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Codes are words of ours or of the system (`ENOSPC`). Whatever else stands in their place is not passed on. */
function word(text: string): string {
  return /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(text) && !/\d{5}/.test(text) ? text : "other";
}
