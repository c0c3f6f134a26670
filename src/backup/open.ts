import { type Archive, type OpenArchive, openSections } from "../format/archive.ts";
import { type EntryPath, parseEntryPath } from "../format/entry-path.ts";
import type { IndexLine, SectionName } from "../format/entry.ts";
import { FormatError } from "../format/errors.ts";
import { type ProvedSection, mergedLines } from "../format/index-check.ts";
import type { Context } from "./context.ts";
import { BackupError } from "./errors.ts";
import { openArchive } from "./open-archive.ts";
import {
  type OpenSource,
  type ReadOptions,
  type Signer,
  hasKey,
  openSource,
  signerOf,
} from "./read-options.ts";

/** An archive opened for looking inside: structure and indexes proved, content when it is read. */
export interface Opened extends AsyncDisposable {
  readonly source: OpenSource;
  readonly archive: Archive;
  readonly entries: OpenArchive;
  readonly signer: Signer | null;
}

/**
 * Opens `path` with the keys given; without any, only the plain section has entries. `onLine` is told of each entry, as
 * {@link linesOf} gives it: a claim until this returns.
 */
export async function openForReading(
  path: string,
  options: ReadOptions,
  context: Context,
  onLine?: (line: IndexLine, section: SectionName) => void,
): Promise<Opened> {
  const source = await openSource(path, options, context);
  try {
    const archive = await openArchive(source);
    const signer = signerOf(archive, options);
    const fileKey = hasKey(options) ? await archive.fileKey(options.keys) : undefined;
    const isBoth = fileKey !== undefined;
    const entries = await archive.openEntries(fileKey, {
      prove: false,
      onLine: onLine && ((line, section) => isShown(line, isBoth) && onLine(line, section)),
    });
    return { source, archive, entries, signer, [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() };
  } catch (cause) {
    await source[Symbol.asyncDispose]();
    throw cause;
  }
}

export interface PlacedLine {
  readonly line: IndexLine;
  readonly section: ProvedSection;
}

/** All entries in order. What was moved to the sealed section is shown there, where that is open. */
export async function* linesOf(entries: OpenArchive): AsyncGenerator<PlacedLine> {
  for await (const placed of mergedLines(openSections(entries))) {
    if (isShown(placed.line, entries.sealed !== undefined)) yield placed;
  }
}

function isShown({ status }: IndexLine, isBoth: boolean): boolean {
  return !isBoth || status !== "moved";
}

/** A path as a person types it, with or without a slash at its end. */
export function typedPath(text: string): EntryPath {
  try {
    return parseEntryPath(Buffer.from(text.replace(/\/+$/, "")));
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new BackupError("no-such-entry", `${JSON.stringify(text)} cannot be the path of an entry`, {
      cause,
      hint: "paths begin with a root, such as state/openclaw.json or workspace.main/MEMORY.md; `ocbak ls` lists them",
    });
  }
}

export function isAtOrBelow(path: EntryPath, folder: EntryPath): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Without the key an entry that is not in the plain section may well be in the sealed one. */
export function noSuchEntry(path: string, { sealed }: OpenArchive): BackupError {
  const shown = JSON.stringify(path);
  if (sealed !== undefined)
    return new BackupError("no-such-entry", `there is no ${shown} in the archive`, {
      hint: "`ocbak ls` lists what there is",
    });
  return new BackupError(
    "sealed-without-key",
    `${shown} is not among the readable workspace files; whether it is sealed only the key tells`,
    {
      hint: "give the key with --identity FILE or --passphrase",
    },
  );
}
