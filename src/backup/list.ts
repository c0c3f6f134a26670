import { type EntryPath, displayBytes } from "../format/entry-path.ts";
import { type IndexLine, type SectionName, isStored } from "../format/entry.ts";
import type { Context } from "./context.ts";
import { type Opened, isAtOrBelow, linesOf, noSuchEntry, openForReading, typedPath } from "./open.ts";
import { pathText } from "./path-text.ts";
import type { ReadOptions } from "./read-options.ts";
import type { ListedEntry } from "./reports.ts";

export interface ListOptions extends ReadOptions {
  /** Only this entry and what is below it. */
  readonly path?: string;
}

/** The entries of an archive in order, or those at and below `path`. Without a key those of the plain section. */
export async function* listArchive(
  archive: string,
  options: ListOptions,
  context: Context,
): AsyncGenerator<ListedEntry> {
  const folder = folderOf(options);
  await using opened = await openForReading(archive, options, context);
  let found = false;
  for await (const entry of entriesOf(opened, folder)) {
    found = true;
    yield entry;
  }
  if (!found && folder !== undefined) throw noSuchEntry(options.path!, opened.entries);
}

export interface TextChoice {
  readonly textOf: (entry: ListedEntry) => string;
  /** Characters that are held until they are proved; where there are more, the indexes are read once more. */
  readonly heldMax?: number;
}

const heldCharacters = 32 * 1024 * 1024;
const pieceLength = 64 * 1024;

/**
 * The same as text, in pieces of some size: what `textOf` makes of each entry. Nothing is given out before all indexes
 * are proved; still each is read but once, unless the text is very long.
 */
export async function* listTexts(
  archive: string,
  options: ListOptions,
  { textOf, heldMax = heldCharacters }: TextChoice,
  context: Context,
): AsyncGenerator<string> {
  const folder = folderOf(options);
  const held = new HeldPieces(heldMax);
  const onLine = (line: IndexLine, section: SectionName): void => {
    if (held.isFull || !isWanted(line, folder)) return;
    held.add(textOf(listed(line, section)));
  };
  await using opened = await openForReading(archive, options, context, onLine);
  if (!held.isFull) {
    if (held.isEmpty && folder !== undefined) throw noSuchEntry(options.path!, opened.entries);
    return yield* held.pieces();
  }
  let piece = "";
  for await (const entry of entriesOf(opened, folder)) {
    piece += textOf(entry);
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

class HeldPieces {
  readonly #max: number;
  readonly #pieces: string[] = [];
  #last = "";
  #length = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.#length > this.#max;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  add(text: string): void {
    this.#length += text.length;
    this.#last += text;
    if (this.#last.length < pieceLength) return;
    this.#pieces.push(this.#last);
    this.#last = "";
    if (this.isFull) this.#pieces.length = 0;
  }

  *pieces(): Generator<string> {
    yield* this.#pieces;
    yield this.#last;
  }
}

async function* entriesOf(
  { entries }: Pick<Opened, "entries">,
  folder: EntryPath | undefined,
): AsyncGenerator<ListedEntry> {
  for await (const { line, section } of linesOf(entries))
    if (isWanted(line, folder)) yield listed(line, section.reader.name);
}

function folderOf({ path }: ListOptions): EntryPath | undefined {
  return path === undefined ? undefined : typedPath(path);
}

function isWanted({ path }: IndexLine, folder: EntryPath | undefined): boolean {
  return folder === undefined || isAtOrBelow(path, folder);
}

function listed(line: IndexLine, section: SectionName): ListedEntry {
  const { status, type, reason } = line;
  const head = { ...pathText(line.path), section, type, status, ...(reason !== undefined && { reason }) };
  if (!isStored(line)) return { ...head, ...(line.size !== undefined && { size: line.size }) };
  const { mode, mtime, uname, gname, uid, gid } = line;
  const attributes = {
    mode,
    mtime,
    owner: displayBytes(uname) || String(uid),
    group: displayBytes(gname) || String(gid),
  };
  switch (line.type) {
    case "file":
      return { ...head, ...attributes, size: line.size, sha256: line.sha256 };
    case "symlink":
      return { ...head, ...attributes, target: displayBytes(line.target) };
    case "hardlink":
      return { ...head, ...attributes, target: displayBytes(line.link) };
    case "directory":
      return { ...head, ...attributes };
  }
}
