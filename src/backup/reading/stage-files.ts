import type { StagingWriter } from "../../disk/staging-writer.ts";
import { type HardlinkLine, isStored } from "../../format/entry.ts";
import { FormatError } from "../../format/errors.ts";
import type { ProvedSection } from "../../format/index-check.ts";
import { LineCursor } from "../../format/index-reader.ts";
import type { Context } from "../context.ts";
import { proveAgain } from "../prove.ts";
import type { OpenedArchive } from "./read-parts.ts";
import { type ThreadedReading, readByThreads } from "./read-threads.ts";
import { unsteady } from "./unsteady.ts";

/**
 * Makes all entries of an archive: directories in this thread and first, files by threads in any order, hard links to them at the end.
 * The writer is one that makes all but files. What threads refuse, one reader of the whole refuses again, as it finds it.
 */
export async function stageByThreads(
  opened: OpenedArchive,
  writer: StagingWriter,
  reading: ThreadedReading,
  context: Context,
): Promise<void> {
  const { plain, sealed } = opened.entries;
  const hardlinks: HardlinkLine[] = [];
  try {
    for (const section of sealed === undefined ? [plain] : [plain, sealed])
      for await (const link of withoutHardlinks(section, writer)) hardlinks.push(link);
    await readByThreads(opened, reading, context);
  } catch (refusal) {
    if (!(refusal instanceof FormatError)) throw refusal;
    await proveAgain(reading.source, opened.entries.fileKey, context);
    throw unsteady(refusal);
  }
  for (const link of hardlinks) {
    writer.begin(link);
    writer.end(link);
  }
}

/** Gives the entries of a section to the writer, but for the hard links, which are handed out. */
async function* withoutHardlinks(
  { reader }: ProvedSection,
  writer: StagingWriter,
): AsyncGenerator<HardlinkLine> {
  const lines = new LineCursor(reader);
  for (;;) {
    if (!lines.ready) await lines.fill();
    const line = lines.current;
    if (line === undefined) return;
    lines.advance();
    if (!isStored(line)) continue;
    if (line.type === "hardlink") {
      yield line;
      continue;
    }
    writer.begin(line);
    writer.end(line);
  }
}
