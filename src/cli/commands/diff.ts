import {
  type Call,
  collect,
  type CommandDefinition,
  commandOf,
  withCommonFlags,
  withReadFlags,
} from "../command.ts";
import { CliError } from "../errors.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printReport } from "../output.ts";
import type { ReadFlags } from "../read-options.ts";
import { withContext } from "../use-context.ts";
import { placesOf } from "./restore.ts";

interface DiffFlags extends ReadFlags {
  readonly home?: string;
  readonly stateDir?: string;
  readonly workspace?: readonly string[];
  readonly profile?: string;
  readonly owners?: boolean;
}

export const diffCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withReadFlags(
        commandOf({
          name: "diff",
          summary:
            "compare an archive with what lies on this machine, or with another archive; change nothing",
          examples: [
            "ocbak diff monday.ocbak",
            "ocbak diff --home /home/alex move.ocbak",
            "ocbak diff monday.ocbak tuesday.ocbak",
          ],
          statuses: [4, 10, 12, 20, 21, 22, 23, 24, 26, 27],
        })
          .argument("<archive>", "the .ocbak file")
          .argument("[other]", "another one (default: what lies where `ocbak restore` would put the first)")
          .option("--home <dir>", "the home to compare with (default: yours)")
          .option("--state-dir <dir>", "the state dir to compare with")
          .option(
            "--workspace <[agent=]dir>",
            "the workspace (of this agent) to compare with (repeatable)",
            collect,
          )
          .option("--profile <name>", "compare with this OpenClaw profile")
          .option("--owners", "compare owners and groups, too"),
      ),
    ),
  act: diff,
};

async function diff(call: Call): Promise<ExitStatus> {
  const flags = call.flags as DiffFlags;
  const { archiveArgument, readOptions } = await import("../read-options.ts");
  const archive = archiveArgument(call.args[0]);
  const places = placesOf(flags);
  const second = call.args[1];
  if (second !== undefined) refusePlaces(flags);
  const options = {
    ...places,
    ...(second !== undefined && { other: archiveArgument(second) }),
    ...(await readOptions(flags, call.io)),
  };

  const { diffArchive } = await import("../../backup/diff/diff.ts");
  const { diffText } = await import("../render/diff-text.ts");
  const report = await withContext(call, (context) => diffArchive(archive, options, context));
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => diffText(report),
    problems: !report.equal,
  });
  return report.equal ? 0 : 4;
}

/** Between two archives there is no place on this machine. */
function refusePlaces(flags: DiffFlags): void {
  const places = [flags.home, flags.stateDir, flags.workspace, flags.profile];
  if (places.every((place) => place === undefined)) return;
  throw new CliError(
    "usage",
    "--home, --state-dir, --workspace and --profile are for one archive and this machine",
    { hint: "leave them out to compare two archives" },
  );
}
