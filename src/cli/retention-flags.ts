import { type Command, InvalidArgumentError } from "commander";
import type { RetentionChoice } from "../backup/store/retain.ts";
import type { Config } from "../config/schema.ts";
import { collect } from "./command.ts";
import { CliError } from "./errors.ts";

type Policy = RetentionChoice["policy"];

/** As commander names them: those of the policy have its own names, but for the tags. */
export interface RetentionFlags extends Omit<Policy, "keepTags"> {
  readonly keepTag?: readonly string[];
  readonly host?: readonly string[];
  readonly allHosts?: boolean;
}

const periods = ["hourly", "daily", "weekly", "monthly", "yearly"] as const;
const units = { hourly: "hour", daily: "day", weekly: "week", monthly: "month", yearly: "year" } as const;

/** The flags that say what a store keeps. */
export function withRetentionFlags(command: Command): Command {
  command.option("--keep-last <n>", "keep the newest n", countOrAll);
  for (const period of periods)
    command.option(
      `--keep-${period} <n>`,
      `keep the newest of each of the last n ${units[period]}s that have an archive`,
      countOrAll,
    );
  command.option("--keep-within <span>", "keep all made within this (2y5m7d3h) before the newest");
  for (const period of periods)
    command.option(`--keep-within-${period} <span>`, `keep the newest of each ${units[period]} within this`);
  return command
    .option("--keep-tag <tag[,tag]>", "keep those with this tag, or with all of these (repeatable)", collect)
    .option("--host <name>", "decide on the series of this host (default: this one; repeatable)", collect)
    .option("--all-hosts", "decide on the series of all hosts");
}

/** restic's word is `unlimited`. */
function countOrAll(value: string): number | "all" {
  if (value === "all" || value === "unlimited") return "all";
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It must be a whole number, or all.");
}

/** What the flags say; where none does, what the settings say; undefined where these do not, either. */
export function retentionChoice(flags: RetentionFlags, settings: Config): RetentionChoice | undefined {
  const { keepTag, host, allHosts, ...others } = flags;
  if (host !== undefined && allHosts)
    throw new CliError("usage", "--host and --all-hosts exclude each other", { hint: "leave one out" });
  const keeps = Object.entries(others).filter(([key]) => key.startsWith("keep"));
  const isSaid = keeps.length > 0 || keepTag !== undefined;
  const said: Policy = { ...Object.fromEntries(keeps), ...(keepTag && { keepTags: keepTag }) };
  const policy = isSaid ? said : settings.retention;
  return policy && { policy, hosts: allHosts ? "all" : host };
}
