import { Option } from "commander";
import type { LastRunReport } from "../../backup/schedule/reports.ts";
import { type Call, type CommandGroup, commandOf, withCommonFlags } from "../command.ts";
import { exitMeanings, type ExitStatus } from "../exit-status.ts";
import { printReport } from "../output.ts";
import { installOptions, withWhenFlags } from "../schedule-flags.ts";
import { withContext } from "../use-context.ts";

interface ProfileFlags {
  readonly profile?: string;
  readonly dryRun?: boolean;
}

const forProfile = "the job of this OpenClaw profile (default: that of `run` without --profile)";

/** `ocbak schedule …`: timers of the operating system. */
export const scheduleCommand: CommandGroup = {
  define: () =>
    commandOf({
      name: "schedule",
      summary: "have the operating system run `ocbak run`: systemd, launchd or cron",
      examples: ["ocbak schedule install --daily 03:00", "ocbak schedule status"],
      statuses: [],
    }),
  subcommands: [
    {
      define: () =>
        withCommonFlags(
          withWhenFlags(
            commandOf({
              name: "install",
              summary:
                "install or change the timer; show what changes, and change nothing that is so already",
              examples: [
                "ocbak schedule install",
                "ocbak schedule install --every 6h --dry-run",
                "ocbak schedule install --weekly 'Sun 04:30' --profile work",
              ],
              statuses: [26],
            }),
          )
            .option("--profile <name>", "back up this OpenClaw profile alone, by a timer of its own")
            .option(
              "--config <file>",
              "settings of the job (default: $OCBAK_CONFIG, else ~/.config/ocbak/config.json)",
            )
            .addOption(
              new Option(
                "--backend <name>",
                "which scheduler (default: the system's own, else cron)",
              ).choices(["systemd", "launchd", "cron"]),
            )
            .option("--dry-run", "say what would be changed, change nothing"),
        ),
      act: install,
    },
    {
      define: () =>
        withCommonFlags(
          commandOf({
            name: "status",
            summary: "say when each timer runs next, how its last run ended, and what is in its way",
            examples: ["ocbak schedule status"],
            statuses: [10],
          }),
        ),
      act: status,
    },
    {
      define: () =>
        withCommonFlags(
          commandOf({
            name: "remove",
            summary: "take the timer away again; archives and settings stay",
            examples: ["ocbak schedule remove", "ocbak schedule remove --profile work"],
            statuses: [10, 26],
          })
            .option("--profile <name>", forProfile)
            .option("--dry-run", "say what would be changed, change nothing"),
        ),
      act: remove,
    },
    {
      define: () =>
        withCommonFlags(
          commandOf({
            name: "run-now",
            summary: "have the scheduler run the job at once, as the timer would; exit as the job does",
            examples: ["ocbak schedule run-now"],
            statuses: [10, 11],
          }).option("--profile <name>", forProfile),
        ),
      act: runNow,
    },
    {
      define: () =>
        withCommonFlags(
          commandOf({
            name: "tick",
            summary: "for crontabs and launchd: run a job if it is due; exit as the job does",
            examples: ["ocbak schedule tick ~/.config/ocbak/schedule/ocbak.json"],
            statuses: [10],
          }).argument("<job>", "the job file that `ocbak schedule install` wrote"),
        ),
      act: tick,
    },
  ],
};

async function install(call: Call): Promise<ExitStatus> {
  const { options, warnings } = await installOptions(call.flags, call.io);
  const { installSchedule } = await import("../../backup/schedule/install.ts");
  const { installText } = await import("../render/schedule-text.ts");
  const installed = await withContext(call, (context) => installSchedule(options, context));
  const report = { ...installed, warnings: [...warnings, ...installed.warnings] };
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => installText(report),
    problems: report.warnings.length > 0,
  });
  return 0;
}

async function status(call: Call): Promise<ExitStatus> {
  const { scheduleStatus } = await import("../../backup/schedule/status.ts");
  const { scheduleText } = await import("../render/schedule-text.ts");
  const report = await withContext(call, scheduleStatus);
  const isTroubled = report.jobs.some(({ problems }) => problems.length > 0);
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => scheduleText(report),
    problems: isTroubled || report.jobs.length === 0,
  });
  if (report.jobs.length === 0) return 10;
  return isTroubled ? 1 : 0;
}

async function remove(call: Call): Promise<ExitStatus> {
  const { removeSchedule } = await import("../../backup/schedule/remove.ts");
  const { removeText } = await import("../render/schedule-text.ts");
  const report = await withContext(call, (context) => removeSchedule(call.flags as ProfileFlags, context));
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => removeText(report),
    problems: false,
  });
  return 0;
}

async function runNow(call: Call): Promise<ExitStatus> {
  const { runScheduledNow } = await import("../../backup/schedule/run-now.ts");
  const { runNowText } = await import("../render/schedule-text.ts");
  const report = await withContext(call, (context) => runScheduledNow(call.flags as ProfileFlags, context));
  const ended = report.waited ? statusOfRun(report.last) : 0;
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => runNowText(report),
    problems: ended !== 0,
  });
  return ended;
}

async function tick(call: Call): Promise<ExitStatus> {
  const { tickJob } = await import("../../backup/schedule/tick.ts");
  const echo = (chunk: Uint8Array): void => void call.io.stderr.write(chunk);
  const end = await withContext(call, (context) => tickJob(String(call.args[0]), echo, context));
  return end === null ? 0 : statusOfRun(end);
}

function statusOfRun(end: Pick<LastRunReport, "exitStatus"> | null): ExitStatus {
  const exitStatus = end?.exitStatus ?? 1;
  return exitStatus in exitMeanings ? (exitStatus as ExitStatus) : 1;
}
