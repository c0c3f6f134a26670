import type { Archive, OpenArchive } from "../format/archive.ts";
import type { EntryPath } from "../format/entry-path.ts";
import { type FileLine, isStored } from "../format/entry.ts";
import { findLine } from "../format/find-line.ts";
import type { SectionReader } from "../format/section-reader.ts";
import { proveFile, readFileContent } from "../format/walk.ts";
import type { Context } from "./context.ts";
import { BackupError } from "./errors.ts";
import { openArchive } from "./open-archive.ts";
import { type PlacedLine, linesOf, noSuchEntry, typedPath } from "./open.ts";
import { type ReadOptions, hasKey, openSource, signerOf } from "./read-options.ts";

export interface CatOptions extends ReadOptions {
  readonly write: (chunk: Uint8Array) => Promise<void>;
}

/** Writes one file's content. It is read to its end and proved before the first byte is given out (threats A13). */
export async function catFile(
  archive: string,
  path: string,
  options: CatOptions,
  context: Context,
): Promise<void> {
  const wanted = typedPath(path);
  await using source = await openSource(archive, options, context);
  const opened = await openArchive(source);
  signerOf(opened, options);
  const fileKey = hasKey(options) ? await opened.fileKey(options.keys) : undefined;
  const file =
    (await findAlone(opened, fileKey, wanted)) ??
    (await findAmongAll(opened, fileKey, { wanted, shown: path }));
  await proveFile(file, file.line);
  for await (const piece of readFileContent(file, file.line)) {
    context.signal.throwIfAborted();
    await options.write(piece);
  }
}

interface FoundFile {
  readonly line: FileLine;
  readonly reader: SectionReader;
}

/**
 * A file by its line alone: most of the time that a large archive takes goes into the proof of all its other lines.
 * Undefined for what is not simply a file that stands there once.
 */
async function findAlone(
  archive: Archive,
  fileKey: Uint8Array | undefined,
  path: EntryPath,
): Promise<FoundFile | undefined> {
  const sealed = fileKey && (await archive.openSealed(fileKey, { prove: false }));
  const inSealed = sealed && (await fileIn(sealed, path));
  return inSealed ?? (await fileIn(await archive.openPlain({ prove: false }), path));
}

async function fileIn(reader: SectionReader, path: EntryPath): Promise<FoundFile | undefined> {
  const line = await findLine(reader, path);
  return line !== undefined && isStored(line) && line.type === "file" ? { line, reader } : undefined;
}

/** Also through a hard link, and with the reason why it cannot be read. */
async function findAmongAll(
  archive: Archive,
  fileKey: Uint8Array | undefined,
  { wanted, shown }: { readonly wanted: EntryPath; readonly shown: string },
): Promise<FoundFile> {
  const entries = await archive.openEntries(fileKey, { prove: false });
  let target = wanted;
  for (;;) {
    const found = await placeOf(entries, target);
    if (found === undefined) throw noSuchEntry(shown, entries);
    const { line, section } = found;
    if (!isStored(line)) {
      throw new BackupError(
        "not-a-file",
        `${shown} has no content in the archive: it is called ${line.status} there`,
      );
    }
    if (line.type === "file") return { line, reader: section.reader };
    if (line.type !== "hardlink")
      throw new BackupError("not-a-file", `${shown} is a ${line.type}`, {
        hint: "`ocbak extract` brings back folders and links",
      });
    target = line.link;
  }
}

async function placeOf(entries: OpenArchive, path: EntryPath): Promise<PlacedLine | undefined> {
  for await (const placed of linesOf(entries)) if (placed.line.path === path) return placed;
  return undefined;
}
