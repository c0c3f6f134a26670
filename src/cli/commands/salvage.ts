import { type Call, type CommandDefinition, commandOf, withCommonFlags, withReadFlags } from "../command.ts";
import { type ExitStatus, statusOfVerdict } from "../exit-status.ts";
import { printReport } from "../output.ts";
import type { ReadFlags } from "../read-options.ts";
import type { SalvageReport } from "../../backup/reports.ts";
import { withContext } from "../use-context.ts";

interface SalvageFlags extends ReadFlags {
  readonly output: string;
}

export const salvageCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withReadFlags(
        commandOf({
          name: "salvage",
          summary: "save what is provably whole from a damaged copy, into a fresh folder",
          examples: ["ocbak salvage cut-short.ocbak -o saved"],
          statuses: [10, 12, 20, 21, 22, 23, 24, 26, 27],
        })
          .argument("<archive>", "the damaged .ocbak file")
          .requiredOption("-o, --output <dir>", "the folder to make"),
      ),
    ),
  act: salvage,
};

async function salvage(call: Call): Promise<ExitStatus> {
  const flags = call.flags as unknown as SalvageFlags;
  const { archiveArgument, readOptions } = await import("../read-options.ts");
  const archive = archiveArgument(call.args[0]);
  const options = { ...(await readOptions(flags, call.io)), output: flags.output };

  const { salvageArchive } = await import("../../backup/salvage.ts");
  const { salvageText } = await import("../render/salvage-text.ts");
  const report: SalvageReport = await withContext(call, (context) =>
    salvageArchive(archive, options, context),
  );
  const status = statusOfVerdict[report.verdict];
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => salvageText(report),
    problems: status !== 0,
  });
  return status;
}
