import type { Command } from "commander";
import type { ScheduleOptions } from "../backup/schedule/job-of.ts";
import type { CliContext } from "./context.ts";
import { CliError } from "./errors.ts";
import { configFileOf } from "./settings.ts";

export interface InstallFlags {
  readonly daily?: string;
  readonly weekly?: string;
  readonly every?: string;
  readonly profile?: string;
  readonly config?: string;
  readonly backend?: ScheduleOptions["backend"];
  readonly randomDelay?: string;
  readonly dryRun?: boolean;
}

export function withWhenFlags(command: Command): Command {
  return command
    .option("--daily <HH:MM>", "each day at this time (default: 03:00)")
    .option("--weekly <days HH:MM>", "on these days of the week, as in 'Sun 03:00' or 'Mon,Thu 03:00'")
    .option("--every <time>", "each so many minutes (15m), hours (6h) or each day (1d), from midnight on")
    .option(
      "--random-delay <time>",
      "begin up to so much later (default: a tenth of the time between two runs, at most 15m)",
    );
}

/** What `schedule install` is told, as the use case takes it; and what is wrong with the settings that the job will read. */
export async function installOptions(
  flags: InstallFlags,
  io: CliContext,
): Promise<{ readonly options: ScheduleOptions; readonly warnings: readonly string[] }> {
  const { profile, backend, dryRun } = flags;
  const file = await configFileOf(flags, io);
  const isAsked = flags.config !== undefined || Boolean(io.env["OCBAK_CONFIG"]);
  return {
    options: {
      when: whenOf(flags),
      program: io.program,
      ...(profile !== undefined && { profile }),
      ...(backend !== undefined && { backend }),
      ...(dryRun !== undefined && { dryRun }),
      ...(isAsked && { config: file.path }),
      ...(flags.randomDelay !== undefined && { randomDelaySeconds: await secondsOf(flags.randomDelay) }),
    },
    warnings: file.settings.stores === undefined ? [noStores(file.path)] : [],
  };
}

function noStores(path: string): string {
  return `${path} names no stores: until it does, \`ocbak run\` has no place to back up to`;
}

function whenOf({ daily, weekly, every }: InstallFlags): ScheduleOptions["when"] {
  const given = [daily, weekly, every].filter((text) => text !== undefined);
  if (given.length > 1) throw new CliError("usage", "--daily, --weekly and --every exclude each other");
  if (weekly !== undefined) return { weekly };
  if (every !== undefined) return { every };
  return { daily: daily ?? "03:00" };
}

async function secondsOf(text: string): Promise<number> {
  const { durationMs, isDuration } = await import("../config/duration.ts");
  if (text === "0") return 0;
  if (isDuration(text)) return durationMs(text) / 1000;
  throw new CliError("usage", `--random-delay ${text} is no time such as 10m, and not 0`);
}
