import type { RunOptions } from "../../backup/run/run-options.ts";
import type { ToldReport } from "../../backup/run/run-report.ts";
import { durationMs } from "../../config/duration.ts";
import type { ConfigFile } from "../../config/read-config.ts";
import type { Config } from "../../config/schema.ts";
import { captureOptions } from "../capture-settings.ts";
import { type Call, collect, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../errors.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printReport } from "../output.ts";
import { type ConfigFlags, configFileOf, withConfigFlags } from "../settings.ts";
import { withContext } from "../use-context.ts";

interface RunFlags extends ConfigFlags {
  readonly profile?: readonly string[];
  readonly allProfiles?: boolean;
}

export const runCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withConfigFlags(
        commandOf({
          name: "run",
          summary: "the nightly job, as the settings say: back up, prove, copy, prune, drill, record, tell",
          examples: ["ocbak run", "ocbak run --profile work --quiet"],
          statuses: [3, 10, 11],
        }),
      )
        .option("--profile <name>", "only this OpenClaw profile (repeatable)", collect)
        .option("--all-profiles", "every profile of this user"),
    ),
  act: runNow,
};

const statusOfOutcome = { done: 0, incomplete: 3, failed: 1 } as const;

async function runNow(call: Call): Promise<ExitStatus> {
  const { io, voice } = call;
  const flags: RunFlags = call.flags;
  const file = await configFileOf(flags, io);
  const { runAndTell, tellOfFailedStart } = await import("../../backup/run/run-and-tell.ts");
  let options: RunOptions;
  try {
    options = await optionsOf(flags, file, io);
  } catch (error) {
    // A key that is not to be had stops every backup from then on: nobody reads what a timer prints.
    await withContext(call, (context) => tellOfFailedStart(notifyOf(file.settings), error, context));
    throw error;
  }
  const { runText } = await import("../render/run-text.ts");
  const report: ToldReport = await withContext(call, (context) => runAndTell(options, context));
  await printReport(io.stdout, voice, {
    json: report,
    text: () => runText(report),
    problems: report.outcome !== "done",
  });
  return statusOfOutcome[report.outcome];
}

async function optionsOf(
  flags: RunFlags,
  { path, settings }: ConfigFile,
  io: CliContext,
): Promise<RunOptions> {
  const { stores } = settings;
  if (stores === undefined) {
    throw new CliError("usage", `no store is set in ${path}: there is nowhere to keep archives`, {
      hint: 'make one with `ocbak init DIR`, then write "stores": [{ "name": "usb", "path": "DIR" }] into the settings (docs/config.md)',
    });
  }
  const { resolveKeys, resolveSealing } = await import("../keys.ts");
  const { resolveSigningKey } = await import("../signing.ts");
  return {
    profiles: profilesOf(flags, settings),
    capture: captureOptions({}, settings),
    sealing: await resolveSealing({}, settings, io),
    signingKey: await resolveSigningKey(undefined, settings, io),
    stores,
    retention: settings.retention,
    ...intervalsOf(settings),
    notify: notifyOf(settings),
    read: { keys: opensArchives(settings) ? await resolveKeys({}, io) : { identities: [] } },
  };
}

function opensArchives({ drillEvery, readAllWithin }: Config): boolean {
  return drillEvery !== undefined || readAllWithin !== undefined;
}

function profilesOf({ profile, allProfiles }: RunFlags, settings: Config): RunOptions["profiles"] {
  if (profile !== undefined && allProfiles)
    throw new CliError("usage", "--profile and --all-profiles exclude each other", {
      hint: "leave one of them out",
    });
  return allProfiles ? "all" : (profile ?? settings.profiles);
}

function intervalsOf({
  drillEvery,
  readAllWithin,
}: Config): Pick<RunOptions, "drillEveryMs" | "readAllWithinMs"> {
  return {
    ...(drillEvery !== undefined && { drillEveryMs: durationMs(drillEvery) }),
    ...(readAllWithin !== undefined && { readAllWithinMs: durationMs(readAllWithin) }),
  };
}

function notifyOf({ notify: { timeout, ...rest } = {} }: Config): RunOptions["notify"] {
  return { ...rest, ...(timeout !== undefined && { timeoutMs: durationMs(timeout) }) };
}
