import { BackupError } from "../errors.ts";
import type { InstallationRun } from "./run-report.ts";
import { failureOf } from "./steps.ts";

/** The installations of one run, and how one of them is run for. */
export interface Installations<Target> {
  readonly targets: readonly Target[];
  readonly keyOf: (target: Target) => InstallationRun["installation"];
  readonly run: (target: Target) => Promise<InstallationRun>;
}

/**
 * Runs for one installation after the other. Where another run for one of them is on, that is its failure, and the others
 * have their turn; where that is so for all, it throws `run-in-progress`.
 */
export async function runEach<Target>({
  targets,
  keyOf,
  run,
}: Installations<Target>): Promise<InstallationRun[]> {
  const done: InstallationRun[] = [];
  const refusals: BackupError[] = [];
  for (const target of targets) {
    try {
      done.push(await run(target));
    } catch (error) {
      if (!(error instanceof BackupError && error.code === "run-in-progress")) throw error;
      refusals.push(error);
      done.push(refused(keyOf(target), error));
    }
  }
  if (refusals.length > 0 && refusals.length === targets.length) throw refusals[0];
  return done;
}

function refused(installation: InstallationRun["installation"], error: BackupError): InstallationRun {
  const step = {
    step: "create",
    store: null,
    outcome: "failed",
    ...failureOf(error),
    durationMs: 0,
  } as const;
  return { installation, outcome: "failed", archive: null, store: null, warnings: [], steps: [step] };
}
