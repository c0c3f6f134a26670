import type { Manifest } from "../format/manifest.ts";
import type { Installation } from "../openclaw/installation.ts";
import { type Captured, type WriteOptions, writeCapture } from "./capture/write-capture.ts";
import type { Context } from "./context.ts";
import { type PlanSummary, summaryOf } from "./create-report.ts";
import {
  type CapturePlan,
  type ManifestFacts,
  type PlanRequest,
  planCapture,
  planManifest,
} from "./plan-capture.ts";

/** What became of a plan. */
export interface CapturedBackup {
  readonly captured: Captured;
  readonly plan: PlanSummary;
}

/**
 * A backup that is planned, to be captured once. What was planned of single entries is let go then: of 200,000 files
 * that is 100 MB, and a verification comes after it.
 */
export class PlannedBackup {
  readonly #context: Context;
  #plan: CapturePlan | undefined;

  private constructor(plan: CapturePlan, context: Context) {
    this.#plan = plan;
    this.#context = context;
  }

  /** In a function of its own: whoever waits for a plan holds it to the end. */
  static async of(
    installation: Installation,
    request: PlanRequest,
    context: Context,
  ): Promise<PlannedBackup> {
    return new PlannedBackup(await planCapture(installation, request, context), context);
  }

  get contentBytes(): number {
    const { plain, sealed } = this.#planned().scan.totals;
    return plain.contentBytes + sealed.contentBytes;
  }

  manifest(facts: ManifestFacts): Manifest {
    return planManifest(this.#planned(), facts, this.#context);
  }

  async capture(options: WriteOptions): Promise<CapturedBackup> {
    const plan = this.#planned();
    this.#plan = undefined;
    const captured = await writeCapture(plan, options, this.#context);
    return { captured, plan: summaryOf(plan) };
  }

  #planned(): CapturePlan {
    if (this.#plan === undefined) throw new Error("a backup is captured once");
    return this.#plan;
  }
}
