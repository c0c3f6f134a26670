import type { StagingWriter } from "../../disk/staging-writer.ts";
import { openSections } from "../../format/archive.ts";
import { type HardlinkLine, isStored } from "../../format/entry.ts";
import type { ProvedSection } from "../../format/index-check.ts";
import { indexBatches } from "../../format/index-reader.ts";
import type { Context } from "../context.ts";
import { refuseAsOneReader } from "../prove.ts";
import type { OpenedArchive } from "./read-parts.ts";
import { type ThreadedReading, readByThreads } from "./read-threads.ts";

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
  const hardlinks: HardlinkLine[] = [];
  try {
    for (const section of openSections(opened.entries))
      hardlinks.push(...(await makeButHardlinks(section, writer)));
    await readByThreads(opened, reading, context);
  } catch (refusal) {
    await refuseAsOneReader(refusal, { source: reading.source, fileKey: opened.entries.fileKey }, context);
  }
  for (const link of hardlinks) {
    writer.begin(link);
    writer.end(link);
  }
}

/** Gives the entries of a section to the writer, but for the hard links, which are the result. */
async function makeButHardlinks({ reader }: ProvedSection, writer: StagingWriter): Promise<HardlinkLine[]> {
  const hardlinks: HardlinkLine[] = [];
  for await (const batch of indexBatches(reader)) {
    for (const line of batch) {
      if (!isStored(line)) continue;
      if (line.type === "hardlink") hardlinks.push(line);
      else {
        writer.begin(line);
        writer.end(line);
      }
    }
  }
  return hardlinks;
}
