import { z } from "zod";
import { Calendar } from "./calendar.ts";
import { ownMark } from "./text-place.ts";

export const backendNames = ["systemd", "launchd", "cron"] as const;
export type BackendName = (typeof backendNames)[number];

/** `ocbak`, or `ocbak-PROFILE`: name of the units, of the launchd label, of the block in the crontab. */
const JobName = z.string().regex(/^ocbak(-[A-Za-z0-9][A-Za-z0-9._-]{0,63})?$/);
/** Absolute, and one line: a crontab cannot hold another. */
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const Path = z.string().regex(/^\/[^\u0000-\u001f\u007f]*$/);

/**
 * The one description of a scheduled job, from which units, plist and crontab are made: the job file. No secret stands
 * in it: `environment` holds places and PATH.
 */
export const Job = z.strictObject({
  about: z.literal(ownMark),
  format: z.literal(1),
  name: JobName,
  backend: z.enum(backendNames),
  when: Calendar,
  randomDelaySeconds: z.int().min(0),
  command: z.strictObject({ node: Path, script: Path, arguments: z.array(z.string()) }),
  environment: z.record(z.string(), z.string()),
  /** This description itself. */
  jobFile: Path,
  /** When it ran last, where the scheduler itself does not keep that. */
  stateFile: Path,
  /** What the last run printed, where the scheduler itself keeps no log. */
  logFile: Path,
});
export type Job = z.infer<typeof Job>;

export function jobNameOf(profile: string | undefined): string {
  return profile === undefined ? "ocbak" : `ocbak-${profile}`;
}

/** JSON with a line for each thing that a person may look for when it changes. */
export function jobText(job: Job): string {
  const lines = Object.entries(job).map(([key, value]) => {
    const text =
      key === "environment"
        ? JSON.stringify(value, null, 4).replace(/\n?}$/, "\n  }")
        : JSON.stringify(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** The words of the command line, in order. */
export function commandWords({ command }: Job): readonly string[] {
  return [command.node, command.script, ...command.arguments];
}

/** What cron and launchd call: it runs the job if it is due. */
export function tickWords({ command, jobFile }: Job): readonly string[] {
  return [command.node, command.script, "schedule", "tick", jobFile];
}
