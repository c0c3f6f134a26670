import { z } from "zod";
import { ArchiveId } from "../format/schema.ts";

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
