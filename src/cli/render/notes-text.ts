import type { NotedArchive, NotesReport } from "../../backup/store/note-archives.ts";
import { safe } from "../output.ts";

/** One line an archive: what is noted of it. */
export function notesText({ archives }: NotesReport): string {
  return archives.map((one) => `${line(one)}\n`).join("");
}

function line({ name, tags, pinned }: NotedArchive): string {
  const noted = [
    ...(pinned ? ["pinned: never pruned"] : []),
    ...(tags.length === 0 ? [] : [`tags: ${tags.map(safe).join(", ")}`]),
  ];
  return `${safe(name)}: ${noted.length === 0 ? "neither tags nor pin" : noted.join("; ")}`;
}
