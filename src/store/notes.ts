import { join } from "node:path";
import { z } from "zod";
import { ArchiveId } from "../format/schema.ts";
import { StoreError } from "./errors.ts";
import { replaceSidecar } from "./sidecar.ts";
import { textOf } from "./whole-file.ts";

/** What people said of an archive after it was made. */
export const ArchiveNote = z.strictObject({
  /** Beside those in the archive itself. */
  tags: z.array(z.string()),
  /** Never pruned. */
  pinned: z.boolean(),
});
export type ArchiveNote = z.infer<typeof ArchiveNote>;

/** The sidecar file of a store: archives are immutable, tags and pins are not. By archive id. */
export const StoreNotes = z.strictObject({
  format: z.literal(1),
  archives: z.record(ArchiveId, ArchiveNote),
});
export type StoreNotes = z.infer<typeof StoreNotes>;

export const notesName = ".ocbak-notes.json";

export const emptyNotes: StoreNotes = { format: 1, archives: {} };

/** The notes of a store; undefined where it has none. Throws `damaged-store`: pins must not be lost without a word. */
export async function readNotesFile(directory: string): Promise<StoreNotes | undefined> {
  const path = join(directory, notesName);
  const text = await textOf(path);
  if (text === undefined) return undefined;
  try {
    return StoreNotes.parse(JSON.parse(text));
  } catch (cause) {
    throw new StoreError("damaged-store", `the tags and pins of the store, ${path}, cannot be read`, {
      cause,
      hint: "mend the file, or move it away to go on without any tags and pins",
    });
  }
}

export function writeNotesFile(directory: string, notes: StoreNotes): Promise<void> {
  return replaceSidecar(join(directory, notesName), `${JSON.stringify(StoreNotes.parse(notes), null, 2)}\n`);
}
