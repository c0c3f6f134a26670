import { type Call, type CommandDefinition, commandOf, withCommonFlags, withReadFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { write } from "../output.ts";
import { withContext } from "../use-context.ts";

export const catCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withReadFlags(
        commandOf({
          name: "cat",
          summary: "print one file of an archive, proved first",
          examples: ["ocbak cat monday.ocbak workspace.main/MEMORY.md"],
          statuses: [10, 12, 20, 21, 22, 23, 24, 27],
        })
          .argument("<archive>", "the .ocbak file")
          .argument("<path>", "the entry's path as `ocbak ls` prints it"),
      ),
    ),
  act: cat,
};

async function cat(call: Call): Promise<ExitStatus> {
  const { archiveArgument, readOptions } = await import("../read-options.ts");
  const archive = archiveArgument(call.args[0]);
  const path = String(call.args[1]);
  const options = {
    ...(await readOptions(call.flags, call.io)),
    write: (chunk: Uint8Array) => write(call.io.stdout, chunk),
  };

  const { catFile } = await import("../../backup/cat.ts");
  await withContext(call, (context) => catFile(archive, path, options, context));
  return 0;
}
