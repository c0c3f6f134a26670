import { Option } from "commander";

import type { VerifyLevel, VerifyReport } from "../../backup/reports.ts";
import { type Call, type CommandDefinition, commandOf, withCommonFlags, withReadFlags } from "../command.ts";
import { type ExitStatus, statusOfVerdict } from "../exit-status.ts";
import { printReport, write } from "../output.ts";
import type { ReadFlags } from "../read-options.ts";
import { withContext } from "../use-context.ts";

interface VerifyFlags extends ReadFlags {
  readonly level?: VerifyLevel;
}

export const verifyCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withReadFlags(
        commandOf({
          name: "verify",
          summary: "prove that an archive is whole; of a damaged copy say what is left",
          examples: [
            "ocbak verify monday.ocbak",
            "ocbak verify - < monday.ocbak",
            "ocbak verify --level quick monday.ocbak",
          ],
          statuses: [3, 10, 12, 20, 21, 22, 23, 24, 27],
        })
          .argument("<archive>", "the .ocbak file; - is stdin")
          .addOption(
            new Option(
              "--level <level>",
              "quick: length and structure; intact: all that can be proved without the key; full: every file (default: full with a key, else intact)",
            ).choices(["quick", "intact", "full"]),
          ),
      ),
    ),
  act: verify,
};

async function verify(call: Call): Promise<ExitStatus> {
  const { io, voice } = call;
  const flags = call.flags as VerifyFlags;
  const { archiveOrStdin, readOptions } = await import("../read-options.ts");
  const { archive, ...stdin } = archiveOrStdin(call.args[0], io);
  const options = {
    ...(await readOptions(flags, io)),
    ...stdin,
    ...(flags.level === undefined ? {} : { level: flags.level }),
  };

  const { verifyArchive } = await import("../../backup/verify.ts");
  const { verifyFailure, verifyText } = await import("../render/verify-text.ts");
  const report: VerifyReport = await withContext(call, (context) => verifyArchive(archive, options, context));
  const status = statusOf(report);
  await printReport(io.stdout, voice, {
    json: report,
    text: () => verifyText(report),
    problems: status !== 0,
  });
  if (!voice.json) await write(io.stderr, verifyFailure(report));
  return status;
}

/** A whole archive of a capture with holes is not a good backup: 3, so that a nightly job notices. */
function statusOf(report: VerifyReport): ExitStatus {
  const status = statusOfVerdict[report.verdict];
  return status === 0 && report.capture.complete === false ? 3 : status;
}
