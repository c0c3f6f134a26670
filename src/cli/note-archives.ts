import type { NoteChange } from "../backup/store/note-archives.ts";
import type { Call } from "./command.ts";
import type { ExitStatus } from "./exit-status.ts";
import { printReport } from "./output.ts";
import { settingsOf } from "./settings.ts";
import { oneStore } from "./store-choice.ts";
import { withContext } from "./use-context.ts";

/** The statuses of commands that note something of a store's archives. */
export const noteStatuses: readonly ExitStatus[] = [10, 11, 20, 24, 26];

/** Notes something of the archives that a command names behind its store, and says what is noted now. */
export async function noteAndSay(call: Call, change: NoteChange): Promise<ExitStatus> {
  const { io, voice, args, flags } = call;
  const { path } = oneStore(args[0], await settingsOf(flags, io), io);
  const archives = args[1] as readonly string[];
  const { noteArchives } = await import("../backup/store/note-archives.ts");
  const { notesText } = await import("./render/notes-text.ts");
  const report = await withContext(call, (context) => noteArchives(path, { ...change, archives }, context));
  await printReport(io.stdout, voice, { json: report, text: () => notesText(report), problems: false });
  return 0;
}
