import { randomUUID } from "node:crypto";
import { runFailureCommand } from "../../notify/failure-command.ts";
import { writeMetricsFile } from "../../notify/metrics-file.ts";
import { sendPing } from "../../notify/pings.ts";
import { summaryText } from "../../notify/run-summary.ts";
import type { NotifySettings } from "../../notify/settings.ts";
import { openRecordsToRead } from "../../records/database.ts";
import type { StepRecord } from "../../records/run-record.ts";
import type { Context } from "../context.ts";
import { installationStatuses } from "../status/installation-status.ts";
import { statusMetrics } from "../status/status-metrics.ts";
import { failureReport, failureVariables, type RunEnd, summaryOf } from "./run-end.ts";
import { bareFailureOf } from "./steps.ts";

const pingTimeoutMs = 10_000;
const commandTimeoutMs = 60_000;
/** After SIGTERM a service manager has patience for some ten seconds. */
const hurriedMs = 5_000;
/** Nobody waits for the one at the begin; those at the end may take a while. */
const delaysMs = { start: [], end: [2_000, 15_000] } as const;

/**
 * Tells others of one run: services that watch over timers, node_exporter, a command of the user's. What fails of that is
 * a step of its own, and never an error: the run is what it is.
 */
export class RunNotifier {
  readonly #settings: NotifySettings;
  readonly #context: Context;
  readonly #runId = randomUUID();

  constructor(settings: NotifySettings, context: Context) {
    this.#settings = settings;
    this.#context = context;
  }

  /** That it begins. Gives the steps that this took: at most one. */
  begin(): Promise<StepRecord[]> {
    return this.#ping(this.#settings.start, "ocbak run: started\n", delaysMs.start);
  }

  /** How it ended. Where the records cannot be read, the metrics stay as they are and grow old. */
  async end(end: RunEnd): Promise<StepRecord[]> {
    const summary = summaryOf(end, this.#context);
    const { success, fail, onFailure, metricsFile } = this.#settings;
    const isGood = summary.outcome === "done";
    return [
      ...(await this.#writeMetrics(metricsFile, end)),
      ...(await this.#ping(isGood ? success : fail, summaryText(summary), delaysMs.end)),
      ...(await this.#runCommand(isGood ? undefined : onFailure, end)),
    ];
  }

  #ping(url: string | undefined, body: string, delays: readonly number[]): Promise<StepRecord[]> {
    if (url === undefined) return Promise.resolve([]);
    const { signal } = this.#context;
    const timeoutMs = this.#settings.timeoutMs ?? pingTimeoutMs;
    const ping = { url, runId: this.#runId, body };
    // Who ends a run still wants it told, and does not want to wait.
    if (signal.aborted)
      return this.#step(() => sendPing({ ...ping, timeoutMs: Math.min(timeoutMs, hurriedMs), delaysMs: [] }));
    return this.#step(() => sendPing({ ...ping, timeoutMs, delaysMs: delays, signal }));
  }

  #writeMetrics(file: string | undefined, end: RunEnd): Promise<StepRecord[]> {
    if (file === undefined) return Promise.resolve([]);
    return this.#step(async () => {
      using records = openRecordsToRead(this.#context);
      if (records === undefined) return;
      const options = { maxAgeMs: Infinity, stores: "stores" in end ? end.stores : undefined };
      const statuses = installationStatuses(records, options, this.#context);
      await writeMetricsFile(file, statusMetrics(statuses, this.#context));
    });
  }

  #runCommand(command: string | undefined, end: RunEnd): Promise<StepRecord[]> {
    if (command === undefined) return Promise.resolve([]);
    const { env, cwd } = this.#context;
    const report = failureReport(end, this.#runId, this.#context);
    const variables = failureVariables(report);
    const { timeoutMs: patientMs = commandTimeoutMs } = this.#settings;
    const timeoutMs = this.#context.signal.aborted ? Math.min(patientMs, hurriedMs) : patientMs;
    return this.#step(() =>
      runFailureCommand({
        command,
        cwd,
        report: `${JSON.stringify(report)}\n`,
        env: { ...withoutOwn(env), ...variables },
        timeoutMs,
      }),
    );
  }

  async #step(work: () => Promise<void>): Promise<StepRecord[]> {
    const startedAt = this.#context.now().getTime();
    const ended = (
      outcome: StepRecord["outcome"],
      why: Pick<StepRecord, "reason" | "code">,
    ): StepRecord[] => {
      const durationMs = Math.max(0, this.#context.now().getTime() - startedAt);
      return [{ step: "notify", store: null, outcome, ...why, durationMs }];
    };
    try {
      await work();
      return ended("done", { reason: null, code: null });
    } catch (error) {
      const { reason, code } = bareFailureOf(error);
      return ended("failed", { reason, code });
    }
  }
}

/** Without ocbak's own variables: where keys and passphrases come from is nothing that the command needs. */
function withoutOwn(env: Context["env"]): Context["env"] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("OCBAK_")));
}
