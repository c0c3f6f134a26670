import { join } from "node:path";
import { parseProfile } from "../../openclaw/profile.ts";
import {
  type Calendar,
  parseDaily,
  parseEvery,
  parseWeekly,
  shortestGapMinutes,
} from "../../schedule/calendar.ts";
import { ScheduleError } from "../../schedule/errors.ts";
import { type BackendName, Job, jobNameOf } from "../../schedule/job.ts";
import { lastingName } from "../../schedule/job-files.ts";
import { type SchedulePlaces, schedulePlaces } from "../../schedule/places.ts";
import { ownMark } from "../../schedule/text-place.ts";
import type { Context } from "../context.ts";
import { jobEnvironment } from "./environment.ts";

/** As a person writes it. */
export type When = { readonly daily: string } | { readonly weekly: string } | { readonly every: string };

export interface ScheduleOptions {
  readonly when: When;
  readonly profile?: string;
  /** Absolute path of the settings that the job is to use. */
  readonly config?: string;
  readonly backend?: BackendName;
  readonly randomDelaySeconds?: number;
  readonly dryRun?: boolean;
  /** Of the node and the script that run now. */
  readonly program: { readonly node: string; readonly script: string };
}

export interface DescribedJob {
  readonly job: Job;
  readonly warnings: readonly string[];
}

/** The job that options ask for. Throws `bad-time`, `bad-profile-name`, and `bad-job` for a path that no scheduler could be told. */
export function describeJob(options: ScheduleOptions, backend: BackendName, context: Context): DescribedJob {
  const { profile, program } = options;
  if (profile !== undefined) parseProfile(profile, "--profile");
  const when = calendarOf(options.when);
  const { environment, warnings } = jobEnvironment(context.env, context.cwd, context.osHomeDir);
  const name = jobNameOf(profile);
  const places = schedulePlaces(context);
  const result = Job.safeParse({
    about: ownMark,
    format: 1,
    name,
    backend,
    when,
    randomDelaySeconds: options.randomDelaySeconds ?? usualDelay(when),
    command: { node: lastingName(program.node), script: program.script, arguments: argumentsOf(options) },
    environment,
    jobFile: jobFileOf(places, name),
    stateFile: stateFileOf(places, name),
    logFile: logFileOf(places, name),
  } satisfies Job);
  if (result.success) return { job: result.data, warnings };
  const what = result.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw new ScheduleError(
    "bad-job",
    `a job cannot be made of this ${what}: it is relative or has control characters`,
  );
}

export function jobFileOf({ jobDir }: SchedulePlaces, name: string): string {
  return join(jobDir, `${name}.json`);
}

export function stateFileOf({ stateDir }: SchedulePlaces, name: string): string {
  return join(stateDir, `${name}.json`);
}

export function logFileOf({ stateDir }: SchedulePlaces, name: string): string {
  return join(stateDir, `${name}.log`);
}

function argumentsOf({ config, profile }: ScheduleOptions): string[] {
  return [
    "run",
    "--quiet",
    ...(config === undefined ? [] : ["--config", config]),
    ...(profile === undefined ? [] : ["--profile", profile]),
  ];
}

function calendarOf(when: When): Calendar {
  if ("daily" in when) return parseDaily(when.daily);
  return "weekly" in when ? parseWeekly(when.weekly) : parseEvery(when.every);
}

/** A tenth of the time between two runs, at most a quarter of an hour: many machines must not write at once. */
function usualDelay(when: Calendar): number {
  return 60 * Math.min(15, Math.floor(shortestGapMinutes(when) / 10));
}
