import type { InstallationKey, StepRecord } from "../../records/run-record.ts";
import type { RecordedRun, RunRecords } from "../../records/run-records.ts";
import type { Context } from "../context.ts";
import { isOn } from "../run/is-on.ts";
import type { InstallationStatus } from "./status-report.ts";

type LastRuns = Pick<
  InstallationStatus,
  "lastSuccess" | "lastFailure" | "failuresSince" | "lastOutcome" | "untold" | "running" | "sizes"
>;

/** As many sizes tell a trend. */
const sizesShown = 10;

/** What the last runs for an installation came to. Success counts that is not dated after `notAfter`. */
export function lastRuns(
  key: InstallationKey,
  runs: RunRecords,
  { context, notAfter }: { readonly context: Context; readonly notAfter: Date },
): LastRuns {
  // Only the last one may be: one that another followed has ended without a word.
  const running = runs.latest(key, 1).find((run) => isOn(run, context));
  const isOver = ({ id }: RecordedRun): boolean => id !== running?.id;
  const success = runs.lastSuccess(key, notAfter);
  const failure = runs.latestNotDone(key, 2).find(isOver);
  const last = runs.latest(key, 2).find(isOver);
  return {
    lastSuccess: success === null ? null : successOf(success, context),
    lastFailure: failure === undefined ? null : failureOf(failure),
    failuresSince: runs.countNotDone(key, success?.id ?? 0) - (running === undefined ? 0 : 1),
    lastOutcome: last === undefined ? null : outcomeOf(last),
    untold:
      last?.steps.flatMap(({ step, reason }) => (step === "notify" && reason !== null ? [reason] : [])) ?? [],
    running: running === undefined ? null : { since: running.startedAt },
    sizes: runs
      .latestThatEnded("done", key, sizesShown)
      .flatMap(({ archive }) => archive ?? [])
      .map(({ createdAt, sizeBytes }) => ({ createdAt, sizeBytes }))
      .toReversed(),
  };
}

/** How long ago; what lies a little ahead is now. */
export function ageOf(at: string, context: Context): number {
  return Math.max(0, context.now().getTime() - Date.parse(at));
}

function successOf(run: RecordedRun, context: Context): NonNullable<LastRuns["lastSuccess"]> {
  const at = run.finishedAt!;
  const durationMs = Math.max(0, Date.parse(at) - Date.parse(run.startedAt));
  return { at, ageMs: ageOf(at, context), durationMs, archive: run.archive };
}

function failureOf(run: RecordedRun): NonNullable<LastRuns["lastFailure"]> {
  const outcome = outcomeOf(run);
  return {
    at: run.finishedAt ?? run.startedAt,
    outcome: outcome === "done" ? "failed" : outcome,
    steps: run.steps.filter((step) => step.step !== "notify" && isBad(step)),
  };
}

function outcomeOf({ outcome }: RecordedRun): NonNullable<LastRuns["lastOutcome"]> {
  return outcome === "open" ? "killed" : outcome;
}

function isBad({ outcome }: StepRecord): boolean {
  return outcome === "failed" || outcome === "incomplete";
}
