import type { RunStep, StepRecord } from "../../records/run-record.ts";
import type { Context } from "../context.ts";
import { safeReason } from "./safe-reason.ts";

/** What a step came to: a value, and whether something is to be said of it. */
export interface StepResult<T> {
  readonly value: T;
  /** `done` unless said otherwise. */
  readonly outcome?: "done" | "incomplete" | "failed";
  /** In one line. */
  readonly reason?: string;
  readonly code?: string;
}

export interface StepName {
  readonly step: RunStep;
  /** As people name it; null for a step that has no store. */
  readonly store: string | null;
}

/**
 * The steps of a run, one after the other: one that fails is written down and does not keep the next from its turn. Only
 * an abort ends them all.
 */
export class Steps {
  readonly #records: StepRecord[] = [];
  readonly #context: Context;
  readonly #onStep: (record: StepRecord) => void;

  constructor(context: Context, onStep: (record: StepRecord) => void) {
    this.#context = context;
    this.#onStep = onStep;
  }

  get records(): readonly StepRecord[] {
    return this.#records;
  }

  /** What it gave, or undefined where it failed. */
  async take<T>(name: StepName, work: () => Promise<StepResult<T>>): Promise<T | undefined> {
    const startedAt = this.#context.now().getTime();
    const add = (rest: Pick<StepRecord, "outcome" | "reason" | "code">): void =>
      this.#add({ ...name, ...rest, durationMs: Math.max(0, this.#context.now().getTime() - startedAt) });
    try {
      const { value, outcome = "done", reason = null, code = null } = await work();
      add({ outcome, reason, code });
      return value;
    } catch (error) {
      add({
        outcome: "failed",
        ...failureOf(this.#context.signal.aborted ? this.#context.signal.reason : error),
      });
      this.#context.signal.throwIfAborted();
      return undefined;
    }
  }

  /** Writes down that there was nothing to do, and why. */
  skip(name: StepName, reason: string): void {
    this.#add({ ...name, outcome: "skipped", reason, code: null, durationMs: 0 });
  }

  #add(record: StepRecord): void {
    this.#records.push(record);
    this.#onStep(record);
  }
}

/** Codes of ours, of the system, of Node. */
const codePattern = /^(?:[a-z]+(?:-[a-z]+)*|E[A-Z0-9]{1,14}|(?:UND_)?ERR_[A-Z_]{1,40})$/;

/** An error as a step tells it, with what to do about it where it says that: nothing secret is recorded. */
export function failureOf(error: unknown): { readonly reason: string; readonly code: string } {
  const hint = error instanceof Error && "hint" in error ? error.hint : undefined;
  const { reason, code } = bareFailureOf(error);
  if (typeof hint !== "string") return { reason, code };
  return { reason: safeReason(`${reason} (${hint})`), code };
}

/** The same without advice. */
export function bareFailureOf(error: unknown): { readonly reason: string; readonly code: string } {
  const reason = safeReason(error instanceof Error ? error.message : String(error));
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return { reason, code: typeof code === "string" && codePattern.test(code) ? code : "internal" };
}

/** The worst of what happened, steps that told others or were skipped apart. */
export function worstOf(
  steps: readonly Pick<StepRecord, "step" | "outcome">[],
): "done" | "incomplete" | "failed" {
  const outcomes = new Set(steps.filter(({ step }) => step !== "notify").map(({ outcome }) => outcome));
  if (outcomes.has("failed")) return "failed";
  return outcomes.has("incomplete") ? "incomplete" : "done";
}
