import { type Call, type CommandDefinition, commandOf, withCommonFlags, withReadFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printReport } from "../output.ts";
import type { InspectReport } from "../../backup/reports.ts";
import { withContext } from "../use-context.ts";

export const inspectCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withReadFlags(
        commandOf({
          name: "inspect",
          summary: "say what an archive is: as much as can be told without the key, more with it",
          examples: ["ocbak inspect monday.ocbak"],
          statuses: [10, 12, 20, 21, 22, 23, 24, 27],
        }).argument("<archive>", "the .ocbak file"),
      ),
    ),
  act: inspect,
};

async function inspect(call: Call): Promise<ExitStatus> {
  const { archiveArgument, readOptions } = await import("../read-options.ts");
  const archive = archiveArgument(call.args[0]);
  const options = await readOptions(call.flags, call.io);

  const { inspectArchive } = await import("../../backup/inspect.ts");
  const { inspectText } = await import("../render/inspect-text.ts");
  const report: InspectReport = await withContext(call, (context) =>
    inspectArchive(archive, options, context),
  );
  // What was asked for is no chatter: --quiet does not silence it.
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => inspectText(report),
    problems: true,
  });
  return 0;
}
