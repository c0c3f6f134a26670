import { type Call, type CommandDefinition, commandOf, withCommonFlags, withReadFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printReport } from "../output.ts";
import type { ReadFlags } from "../read-options.ts";
import { withContext } from "../use-context.ts";

interface DrillFlags extends ReadFlags {
  readonly dir?: string;
}

export const drillCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withReadFlags(
        commandOf({
          name: "drill",
          summary: "prove that an archive restores: into a private folder, with every check, then removed",
          examples: [
            "ocbak drill /mnt/usb/openclaw-nas-20261122T030000Z.ocbak",
            "ocbak drill --dir /var/tmp last.ocbak",
          ],
          statuses: [1, 10, 12, 20, 21, 22, 23, 24, 26, 27],
        })
          .argument("<archive>", "the .ocbak file")
          .option("--dir <dir>", "where there is room for all of it (default: your cache)"),
      ),
    ),
  act: drill,
};

async function drill(call: Call): Promise<ExitStatus> {
  const flags = call.flags as DrillFlags;
  const { archiveArgument, readOptions } = await import("../read-options.ts");
  const archive = archiveArgument(call.args[0]);
  const options = {
    ...(flags.dir !== undefined && { directory: flags.dir }),
    ...(await readOptions(flags, call.io)),
  };

  const { drillAndRecord } = await import("../../backup/record-drill.ts");
  const { drillText } = await import("../render/drill-text.ts");
  const report = await withContext(call, (context) => drillAndRecord(archive, options, context));
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => drillText(report),
    problems: !report.ok,
  });
  return report.ok ? 0 : 1;
}
