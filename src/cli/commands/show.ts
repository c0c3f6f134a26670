import { type Call, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printReport } from "../output.ts";
import { withContext } from "../use-context.ts";

interface ShowFlags {
  readonly profile?: string;
  readonly stateDir?: string;
  readonly stateOnly?: boolean;
  readonly sizes?: boolean;
  readonly defaultExcludes: boolean;
  readonly oneFileSystem?: boolean;
}

export const showCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      commandOf({
        name: "show",
        summary: "say what a backup would take, from where and why, and what not; change nothing",
        examples: ["ocbak show", "ocbak show --profile work --sizes"],
        statuses: [10],
      })
        .option("--profile <name>", "look at this OpenClaw profile")
        .option("--state-dir <dir>", "look at the installation with this state dir")
        .option("--state-only", "do not read the config: for one that is broken")
        .option("--sizes", "say of each folder how large it is, and what is in it")
        .option(
          "--no-default-excludes",
          "as if everything were taken that is left out by default: logs, caches, packages, delivery queues",
        )
        .option("--one-file-system", "leave out what is mounted inside"),
    ),
  act: show,
};

async function show(call: Call): Promise<ExitStatus> {
  const flags = call.flags as unknown as ShowFlags;
  const { showInstallation } = await import("../../backup/show.ts");
  const { showText } = await import("../render/show-text.ts");
  const report = await withContext(call, (context) => showInstallation(flags, context));
  // What was asked for is no chatter: --quiet does not silence it.
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => showText(report),
    problems: true,
  });
  return 0;
}
