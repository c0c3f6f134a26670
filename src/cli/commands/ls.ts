import { type Call, type CommandDefinition, commandOf, withCommonFlags, withReadFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { write } from "../output.ts";
import type { ReadFlags } from "../read-options.ts";
import type { ListedEntry } from "../../backup/reports.ts";
import { withContext } from "../use-context.ts";

interface LsFlags extends ReadFlags {
  readonly long?: boolean;
}

export const lsCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withReadFlags(
        commandOf({
          name: "ls",
          summary: "list what is in an archive; sealed entries need the key",
          examples: ["ocbak ls monday.ocbak", "ocbak ls -l monday.ocbak workspace.main/memory"],
          statuses: [10, 12, 20, 21, 22, 23, 24, 27],
        })
          .argument("<archive>", "the .ocbak file")
          .argument("[path]", "only this entry and what is below it")
          .option("-l, --long", "mode, owner, size, time and state of each"),
      ),
    ),
  act: ls,
};

async function ls(call: Call): Promise<ExitStatus> {
  const flags = call.flags as LsFlags;
  const { archiveArgument, readOptions } = await import("../read-options.ts");
  const archive = archiveArgument(call.args[0]);
  const path = call.args[1] as string | undefined;
  const options = { ...(await readOptions(flags, call.io)), ...(path === undefined ? {} : { path }) };

  const { listTexts } = await import("../../backup/list.ts");
  const { longLine, shortLine } = await import("../render/ls-text.ts");
  const lineOf = flags.long ? longLine : shortLine;
  await withContext(call, async (context) => {
    const textOf = call.voice.json ? jsonOf : (entry: ListedEntry): string => `${lineOf(entry)}\n`;
    const texts = listTexts(archive, options, { textOf }, context);
    if (call.voice.json) return await printJson(call, texts);
    for await (const piece of texts) await write(call.io.stdout, piece);
  });
  return 0;
}

function jsonOf(entry: ListedEntry): string {
  return `,\n${JSON.stringify(entry)}`;
}

/** One document, `{"entries":[…]}`, never held as a whole. */
async function printJson(call: Call, texts: AsyncIterable<string>): Promise<void> {
  let start = '{"entries":[';
  for await (const piece of texts) {
    // Each entry brings the comma before it, and the first needs none.
    await write(call.io.stdout, start === "" ? piece : `${start}${piece.slice(1)}`);
    start = "";
  }
  await write(call.io.stdout, "\n]}\n");
}
