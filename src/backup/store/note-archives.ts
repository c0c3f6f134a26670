import type { ArchiveId } from "../../format/schema.ts";
import type { ArchiveNote, StoreNotes } from "../../store/notes.ts";
import type { Context } from "../context.ts";
import { BackupError } from "../errors.ts";
import { recordsToCache } from "./at-stores.ts";
import { chooseArchives, type ChosenArchive } from "./choose-archives.ts";
import { openStore } from "./open-store.ts";

/** What is to be noted of archives; what is not named stays. */
export interface NoteChange {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly pinned?: boolean;
}

export interface NotedArchive {
  readonly name: string;
  readonly archiveId: string;
  /** Those written into it when it was made, and those of the store's notes. */
  readonly tags: readonly string[];
  /** Never pruned. */
  readonly pinned: boolean;
  /** False: it was so before. */
  readonly changed: boolean;
}

/** `ocbak tag`, `pin` and `unpin`. */
export interface NotesReport {
  readonly store: string;
  readonly storeId: string;
  readonly archives: readonly NotedArchive[];
}

const tagBytesMax = 256;
const blank: ArchiveNote = { tags: [], pinned: false };

/**
 * Notes tags and pins of archives beside them, all or none; without anything to change it only tells them. Throws
 * `bad-tag`, `tag-in-archive`, `no-such-archive`, `ambiguous-archive`, StoreError `locked`, `damaged-store` and others.
 */
export async function noteArchives(
  path: string,
  { archives, ...change }: NoteChange & { readonly archives: readonly string[] },
  context: Context,
): Promise<NotesReport> {
  for (const tag of change.add ?? []) requireTag(tag);
  const store = await openStore(path, context);
  using records = recordsToCache(context);
  const chosen = await chooseArchives({ store, records }, archives, context);
  refuseWritten(chosen, change.remove ?? []);
  const isChange = Object.values(change).some((value) => value !== undefined);
  let before = isChange ? undefined : await store.readNotes();
  let after = before;
  if (isChange)
    await store.changeNotes((notes) => {
      before = notes;
      return (after = changed(notes, chosen, change));
    });
  return {
    store: store.place,
    storeId: store.id,
    archives: chosen.map((one) => noted(one, before!, after!)),
  };
}

/** `--keep-tag a,b` means both: none has a comma. */
function requireTag(tag: string): void {
  const isFit = tag !== "" && Buffer.byteLength(tag) <= tagBytesMax && !/[,\p{Cc}]/u.test(tag);
  if (!isFit) throw new BackupError("bad-tag", `${JSON.stringify(tag)} cannot be a tag`);
}

function refuseWritten(chosen: readonly ChosenArchive[], remove: readonly string[]): void {
  for (const { stored, facts } of chosen) {
    const written = remove.find((tag) => facts.tags.includes(tag));
    if (written !== undefined)
      throw new BackupError(
        "tag-in-archive",
        `the tag ${JSON.stringify(written)} was written into ${stored.name} when it was made`,
      );
  }
}

function changed(notes: StoreNotes, chosen: readonly ChosenArchive[], change: NoteChange): StoreNotes {
  const archives = new Map(Object.entries(notes.archives) as [ArchiveId, ArchiveNote][]);
  for (const { facts } of chosen) {
    const id = facts.archiveId as ArchiveId;
    const { tags, pinned } = archives.get(id) ?? blank;
    const added = (change.add ?? []).filter((tag) => !facts.tags.includes(tag));
    const note = {
      tags: [...new Set([...tags, ...added])].filter((tag) => !change.remove?.includes(tag)),
      pinned: change.pinned ?? pinned,
    };
    if (note.tags.length > 0 || note.pinned) archives.set(id, note);
    else archives.delete(id);
  }
  return { ...notes, archives: Object.fromEntries(archives) };
}

function noted({ stored, facts }: ChosenArchive, before: StoreNotes, after: StoreNotes): NotedArchive {
  const [was, is] = [before, after].map(
    ({ archives }) => archives[facts.archiveId as ArchiveId] ?? blank,
  ) as [ArchiveNote, ArchiveNote];
  return {
    name: stored.name,
    archiveId: facts.archiveId,
    tags: [...new Set([...facts.tags, ...is.tags])],
    pinned: is.pinned,
    changed: JSON.stringify(was) !== JSON.stringify(is),
  };
}
