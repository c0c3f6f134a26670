import type { RunSummary } from "../../notify/run-summary.ts";
import type { StepRecord } from "../../records/run-record.ts";
import type { Context } from "../context.ts";
import type { InstallationRun, RunReport } from "./run-report.ts";
import { safeReason } from "./safe-reason.ts";
import { failureOf } from "./steps.ts";

/** How a run ended: with a report, or with an error before it came to one. */
export type RunEnd =
  | { readonly report: RunReport; /** By name, as configured. */ readonly stores: readonly string[] }
  | { readonly startedAt: string; readonly error: unknown };

/** What the command for failed runs reads on its standard input, as JSON. */
export interface FailureReport {
  readonly runId: string;
  readonly outcome: RunReport["outcome"];
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Null where the run came to its end. */
  readonly error: { readonly code: string; readonly reason: string } | null;
  readonly installations: readonly InstallationRun[];
}

/** Of a run as much as a service on the network is told. */
export function summaryOf(end: RunEnd, context: Context): RunSummary {
  const { startedAt, finishedAt, outcome, error, installations } = factsOf(end, context);
  return {
    outcome,
    code: error?.code ?? null,
    durationMs: Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)),
    installations: installations.map(({ outcome, archive, steps }) => ({
      outcome,
      archiveBytes: archive?.sizeBytes ?? null,
      steps: steps.map(({ step, outcome, durationMs, code }) => ({ step, outcome, durationMs, code })),
    })),
  };
}

export function failureReport(end: RunEnd, runId: string, context: Context): FailureReport {
  const facts = factsOf(end, context);
  return {
    runId,
    ...facts,
    installations: facts.installations.map((run) => ({
      ...run,
      warnings: run.warnings.map(safeReason),
      steps: run.steps.map((step) => ({ ...step, reason: step.reason && safeReason(step.reason) })),
    })),
  };
}

/** The same for those who need no JSON. */
export function failureVariables(report: FailureReport): Readonly<Record<string, string>> {
  return {
    OCBAK_RUN_ID: report.runId,
    OCBAK_RUN_OUTCOME: report.outcome,
    OCBAK_RUN_STARTED_AT: report.startedAt,
    OCBAK_RUN_FINISHED_AT: report.finishedAt,
    OCBAK_RUN_REASON: firstReason(report),
  };
}

function firstReason({ error, installations }: FailureReport): string {
  const steps = installations.flatMap(({ steps }) => steps);
  const worst = steps.find(isOf("failed")) ?? steps.find(isOf("incomplete"));
  return error?.reason ?? (worst === undefined ? "" : `${worst.step}: ${worst.reason ?? worst.outcome}`);
}

function isOf(outcome: StepRecord["outcome"]): (step: StepRecord) => boolean {
  return (step) => step.outcome === outcome && step.step !== "notify";
}

function factsOf(end: RunEnd, context: Context): Omit<FailureReport, "runId"> {
  if ("report" in end) return { ...end.report, error: null };
  const { reason, code } = failureOf(end.error);
  return {
    outcome: "failed",
    startedAt: end.startedAt,
    finishedAt: context.now().toISOString(),
    error: { code: context.signal.aborted ? "interrupted" : code, reason },
    installations: [],
  };
}
