import type { Processes } from "../system/process-mark.ts";
import type { BackendName, Job } from "./job.ts";
import type { SchedulePlaces } from "./places.ts";
import type { Ran, Runner } from "./runner.ts";
import type { Change } from "./text-place.ts";

/** How a run ended, as far as the scheduler knows. */
export interface LastRun {
  readonly startedAt: Date;
  /** Null: it runs, or nobody knows. */
  readonly finishedAt: Date | null;
  /** Null: nobody knows, or a signal ended it. */
  readonly exitStatus: number | null;
  /** In the scheduler's word: `success`, `exit-code`, `signal` …; `lost` where it was killed and nobody saw it end; null where it does not know. */
  readonly result: string | null;
}

/** A job as its scheduler sees it. */
export interface JobState {
  /** Whether its time will be noticed. */
  readonly enabled: boolean;
  readonly running: boolean;
  readonly next: Date | null;
  readonly last: LastRun | null;
}

/** One scheduler of the operating system. */
export interface Backend {
  readonly name: BackendName;
  /** Why it cannot be used here; null: it can. */
  unfit(): Promise<string | null>;
  /** What installing the job makes of its texts. Throws `foreign-file`. */
  install(job: Job): Promise<Change[]>;
  /** What removing the job of that name makes of them; none where there is nothing of ours. */
  remove(name: string): Promise<Change[]>;
  /** Makes the scheduler notice what was written. Throws `command-failed`. */
  activate(name: string): Promise<void>;
  /** Before the texts of a job are taken away. Throws `command-failed`. */
  deactivate(name: string): Promise<void>;
  /** After the texts of a job were taken away or put back. Throws `command-failed`. */
  refresh(): Promise<void>;
  state(job: Job, now: Date): Promise<JobState>;
  /** Runs the job now as its timer would. */
  start(job: Job): Promise<Ran>;
  /** Whether `start` waits for the run to end. */
  readonly waits: boolean;
  /** Where one reads what a run printed: a command. */
  log(job: Job): string;
  /** What keeps this scheduler from doing its work at all. */
  obstacles(): Promise<string[]>;
  /** What would let it do its work better. */
  hints(): Promise<string[]>;
}

/** What backends work with. */
export interface BackendTools {
  readonly run: Runner;
  readonly places: SchedulePlaces;
  readonly uid: number;
  readonly processes: Processes;
  readonly env: Readonly<Record<string, string | undefined>>;
}
