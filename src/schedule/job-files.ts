import { accessSync, constants, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { ScheduleError } from "./errors.ts";
import { Job } from "./job.ts";
import type { SchedulePlaces } from "./places.ts";

/** Every job that is installed, by name. Throws `bad-job`. */
export function readJobs({ jobDir }: SchedulePlaces): Job[] {
  return namesIn(jobDir)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => readJob(join(jobDir, name)));
}

/** The job of a job file. Throws `not-scheduled` where there is none, and `bad-job`. */
export function readJob(path: string): Job {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw badJob(path, cause);
    throw new ScheduleError("not-scheduled", `nothing is scheduled: there is no ${path}`, { cause });
  }
  try {
    return Job.parse(JSON.parse(text));
  } catch (cause) {
    throw badJob(path, cause);
  }
}

function badJob(path: string, cause: unknown): ScheduleError {
  return new ScheduleError("bad-job", `the description of a scheduled job ${path} cannot be read`, {
    cause,
    hint: "`ocbak schedule install` writes it anew",
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** What a job calls and is not there any more: a version of node that was removed ends backups without a word. */
export function lostPrograms({ command: { node, script } }: Job): string[] {
  return [
    ...(isThere(node, constants.X_OK) ? [] : [node]),
    ...(isThere(script, constants.R_OK) ? [] : [script]),
  ];
}

function isThere(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** Places that a package manager keeps pointing at its newest node. */
const stable = [
  "/usr/bin",
  "/usr/local/bin",
  "/opt/homebrew/bin",
  "/home/linuxbrew/.linuxbrew/bin",
  "/opt/local/bin",
];

/** The name of this very node that outlives its next update, where it has one: Homebrew's own name holds its version. */
export function lastingName(node: string, places: readonly string[] = stable): string {
  const real = realPath(node);
  const names = places.map((directory) => join(directory, "node"));
  return names.find((path) => real !== null && realPath(path) === real) ?? node;
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
