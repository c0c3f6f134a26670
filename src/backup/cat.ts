import type { EntryPath } from "../format/entry-path.ts";
import { type FileLine, isStored } from "../format/entry.ts";
import type { ProvedSection } from "../format/index-check.ts";
import { proveFile, readFileContent } from "../format/walk.ts";
import type { Context } from "./context.ts";
import { BackupError } from "./errors.ts";
import { type Opened, type PlacedLine, linesOf, noSuchEntry, openForReading, typedPath } from "./open.ts";
import type { ReadOptions } from "./read-options.ts";

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
  await using opened = await openForReading(archive, options, context);
  const { line, section } = await findFile(opened, wanted, path);
  await proveFile(section, line);
  for await (const piece of readFileContent(section, line)) {
    context.signal.throwIfAborted();
    await options.write(piece);
  }
}

async function findFile(
  { entries }: Opened,
  wanted: EntryPath,
  shown: string,
): Promise<{ line: FileLine; section: ProvedSection }> {
  let target = wanted;
  for (;;) {
    const found = await findLine(entries, target);
    if (found === undefined) throw noSuchEntry(shown, entries);
    const { line, section } = found;
    if (!isStored(line)) {
      throw new BackupError(
        "not-a-file",
        `${shown} has no content in the archive: it is called ${line.status} there`,
      );
    }
    if (line.type === "file") return { line, section };
    if (line.type !== "hardlink")
      throw new BackupError("not-a-file", `${shown} is a ${line.type}`, {
        hint: "`ocbak extract` brings back folders and links",
      });
    target = line.link;
  }
}

async function findLine(entries: Opened["entries"], path: EntryPath): Promise<PlacedLine | undefined> {
  for await (const placed of linesOf(entries)) if (placed.line.path === path) return placed;
  return undefined;
}
