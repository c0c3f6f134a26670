import { type Archive, type OpenArchive, openSections } from "../../format/archive.ts";
import type { ProvedSection } from "../../format/index-check.ts";
import { cutSection } from "../../format/section-parts.ts";
import { TarCursor } from "../../format/tar-cursor.ts";
import { passHeader } from "../../format/walk.ts";
import type { JobRunner } from "../workers/worker-pool.ts";
import type { ReadJob } from "./jobs.ts";

/** Decoded bytes of a part that a large file is in. */
const longBytes = 64 * 1024 * 1024;

export interface OpenedArchive {
  readonly archive: Archive;
  readonly entries: OpenArchive;
}

/** Has all entries of an archive read, every byte of it proved, part by part in any order. */
export async function readParts(
  { archive, entries }: OpenedArchive,
  runner: Pick<JobRunner<ReadJob, "read">, "inAnyOrder">,
  partBytes: number,
): Promise<void> {
  await runner.inAnyOrder(await jobsOf({ archive, entries }, partBytes));
}

/** All but what this thread reads itself: extensions, and what a section begins with. */
async function jobsOf({ archive, entries }: OpenedArchive, partBytes: number): Promise<ReadJob[]> {
  await archive.proveExtensions();
  const inventories: ReadJob[] = [];
  const parts: ReadJob[] = [];
  for (const section of openSections(entries)) {
    await proveHeader(section);
    const { name } = section.reader;
    inventories.push({ section: name, inventory: section.inventory });
    for (const part of await cutSection(section, archive.layout[name], partBytes))
      parts.push({ section: name, part });
  }
  if (entries.sealed === undefined) parts.push(...segmentJobs(archive.layout.sealed.segments.length));
  // What takes a thread long comes first, so that none is left alone with it.
  return [...inventories, ...parts.filter(isLong), ...parts.filter((job) => !isLong(job))];
}

async function proveHeader({ reader }: ProvedSection): Promise<void> {
  const cursor = new TarCursor(reader);
  await passHeader({ reader }, cursor);
  cursor.close();
}

function segmentJobs(count: number): ReadJob[] {
  return Array.from({ length: count }, (_, index) => ({ section: "sealed", segments: [index, index + 1] }));
}

function isLong(job: ReadJob): boolean {
  return "part" in job && job.part.end - job.part.start > longBytes;
}
