import { CollisionFinder, probeNames } from "../disk/collisions.ts";
import type { StagingWriter } from "../disk/staging-writer.ts";
import { DiskError } from "../disk/errors.ts";
import { unfitForWindows } from "../disk/windows-names.ts";
import { type OpenArchive, openSections } from "../format/archive.ts";
import { displayPath } from "../format/entry-path.ts";
import { isStored } from "../format/entry.ts";
import { walkSection, walkSelected } from "../format/walk.ts";
import type { Context } from "./context.ts";
import { linesOf } from "./open.ts";
import type { OpenedArchive } from "./reading/read-parts.ts";
import type { ThreadedReading } from "./reading/read-threads.ts";
import { stageByThreads } from "./reading/stage-files.ts";
import type { Selection } from "./selection.ts";

export interface StageSetting {
  readonly context: Context;
  /** Fresh directories on the target's file systems: prefixes for system calls. */
  readonly stagingDirs: readonly string[];
  /** Undefined: everything. */
  readonly selection?: Selection | undefined;
  /** Who makes the files, where that is not the writer. */
  readonly threads?: ThreadedReading | undefined;
}

/** Reads the whole archive into `writer`; every byte is proved on the way, and what is not right ends it. */
export async function stageEntries(
  opened: OpenedArchive,
  writer: StagingWriter,
  setting: StageSetting,
): Promise<void> {
  const { context, selection } = setting;
  if (context.platform === "win32") await refuseUnfitNames(opened.entries, selection);
  await refuseCollisions(opened.entries, setting);
  context.progress.start(
    "restore",
    openSections(opened.entries).reduce((sum, { reader }) => sum + reader.indexStart, 0),
  );
  const onBytes = (bytes: number): void => {
    context.signal.throwIfAborted();
    context.progress.advance(bytes);
  };
  if (setting.threads !== undefined) await stageByThreads(opened, writer, setting.threads, context);
  else await stageHere(opened, writer, { selection, onBytes });
  context.progress.finish();
}

async function stageHere(
  { archive, entries }: OpenedArchive,
  writer: StagingWriter,
  setting: { readonly selection: Selection | undefined; readonly onBytes: (bytes: number) => void },
): Promise<void> {
  const { selection, onBytes } = setting;
  await archive.proveExtensions();
  for (const section of openSections(entries)) {
    if (selection === undefined) await walkSection(section, writer, { onBytes });
    else await walkSelected(section, ({ path }) => selection.includes(path), writer);
  }
}

/** Names that Windows would take for something else (threats A10). */
async function refuseUnfitNames(entries: OpenArchive, selection: Selection | undefined): Promise<void> {
  for await (const { line } of linesOf(entries)) {
    const isWanted = isStored(line) && selection?.includes(line.path) !== false;
    const why = isWanted ? unfitForWindows(line.path) : undefined;
    if (why === undefined) continue;
    throw new DiskError("collision", `${displayPath(line.path)} cannot be made on Windows: ${why}`, {
      hint: "restore without it by --only, or under Linux in WSL",
    });
  }
}

/** Two names that this file system takes for one would overwrite each other (threats A8). */
async function refuseCollisions(
  entries: OpenArchive,
  { stagingDirs, selection }: StageSetting,
): Promise<void> {
  const folds = stagingDirs.some((directory) => {
    const { foldsCase, foldsUnicode } = probeNames(directory);
    return foldsCase || foldsUnicode;
  });
  if (!folds) return;
  const finder = new CollisionFinder();
  for await (const { line } of linesOf(entries)) {
    if (selection?.includes(line.path) === false) continue;
    const twin = finder.add(line.path);
    if (twin === undefined) continue;
    throw new DiskError(
      "collision",
      `${displayPath(twin)} and ${displayPath(line.path)} are one name on this file system`,
      {
        hint: "restore to a file system that tells them apart, or take what you need with `ocbak extract`",
      },
    );
  }
}
