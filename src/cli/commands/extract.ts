import { type Call, type CommandDefinition, commandOf, withCommonFlags, withReadFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printReport, safe } from "../output.ts";
import type { ReadFlags } from "../read-options.ts";
import type { ExtractReport } from "../../backup/reports.ts";
import { entries, size } from "../render/units.ts";
import { withContext } from "../use-context.ts";

interface ExtractFlags extends ReadFlags {
  readonly output: string;
  readonly allowOutsideLinks?: boolean;
}

export const extractCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withReadFlags(
        commandOf({
          name: "extract",
          summary: "take single files or folders out of an archive, into a fresh folder",
          examples: ["ocbak extract monday.ocbak workspace.main/memory -o out"],
          statuses: [10, 12, 20, 21, 22, 23, 24, 26, 27],
        })
          .argument("<archive>", "the .ocbak file")
          .argument("<path...>", "entry paths as `ocbak ls` prints them; a folder with all below it")
          .requiredOption("-o, --output <dir>", "the folder to make")
          .option("--allow-outside-links", "make links that lead out of what is taken"),
      ),
    ),
  act: extract,
};

async function extract(call: Call): Promise<ExitStatus> {
  const flags = call.flags as unknown as ExtractFlags;
  const { archiveArgument, readOptions } = await import("../read-options.ts");
  const archive = archiveArgument(call.args[0]);
  const paths = call.args[1] as readonly string[];
  const options = {
    ...(await readOptions(flags, call.io)),
    output: flags.output,
    allowOutsideLinks: flags.allowOutsideLinks === true,
  };

  const { extractPaths } = await import("../../backup/extract.ts");
  const report: ExtractReport = await withContext(call, (context) =>
    extractPaths(archive, paths, options, context),
  );
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => extractText(report),
    problems: report.warnings.length > 0,
  });
  return 0;
}

function extractText(report: ExtractReport): string {
  const warnings = report.warnings.map((warning) => `note: ${safe(warning)}\n`).join("");
  return `${warnings}${safe(report.output)}: ${entries(report.entries)}, ${size(report.bytes)}, every byte proved\n`;
}
