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

  const { listArchive } = await import("../../backup/list.ts");
  const { longLine, shortLine } = await import("../render/ls-text.ts");
  const lineOf = flags.long ? longLine : shortLine;
  await withContext(call, async (context) => {
    const entries: AsyncIterable<ListedEntry> = listArchive(archive, options, context);
    await (call.voice.json ? printJson(call, entries) : printLines(call, entries, lineOf));
  });
  return 0;
}

/** Entries come by the hundred thousand: written in pieces of this many characters. */
const pieceLength = 64 * 1024;

async function printLines(
  call: Call,
  entries: AsyncIterable<ListedEntry>,
  lineOf: (entry: ListedEntry) => string,
): Promise<void> {
  let piece = "";
  for await (const entry of entries) {
    piece += `${lineOf(entry)}\n`;
    if (piece.length < pieceLength) continue;
    await write(call.io.stdout, piece);
    piece = "";
  }
  await write(call.io.stdout, piece);
}

/** One document, `{"entries":[…]}`, never held as a whole. */
async function printJson(call: Call, entries: AsyncIterable<ListedEntry>): Promise<void> {
  let piece = '{"entries":[';
  let first = true;
  for await (const entry of entries) {
    piece += `${first ? "" : ","}\n${JSON.stringify(entry)}`;
    first = false;
    if (piece.length < pieceLength) continue;
    await write(call.io.stdout, piece);
    piece = "";
  }
  await write(call.io.stdout, `${piece}\n]}\n`);
}
