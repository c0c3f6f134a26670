import { createHash, randomBytes } from "node:crypto";
import { type Manifest, encodeManifest } from "../format/manifest.ts";
import { ArchiveId } from "../format/schema.ts";
import type { Installation } from "../openclaw/installation.ts";
import { openRecords, type RecordsDatabase } from "../records/database.ts";
import { RecordsError } from "../records/errors.ts";
import { SeriesRecords, type SeriesMember } from "../records/series-records.ts";
import { openArchiveFile } from "../store/directory.ts";
import { lifeOf, markOf } from "../system/process-mark.ts";
import type { Context } from "./context.ts";
import { openArchive } from "./open-archive.ts";
import { processesOf } from "./processes.ts";

/** An archive that is about to be written. */
export interface SeriesRequest<T> {
  readonly installation: Pick<Installation, "profile" | "stateDir">;
  /** The absolute path it gets; null: standard output. */
  readonly place: string | null;
  /** The furthest archive that its store holds of each series of the installation: known also where records were lost. */
  readonly furthest?: readonly SeriesMember[];
  readonly manifest: (series: Manifest["series"]) => Manifest;
  readonly write: (manifest: Manifest) => Promise<T>;
}

/**
 * Writes an archive as the next of its installation's series, and raises the high-water mark once it is published. An
 * installation whose records cannot be used is backed up all the same, as an archive of no series; a warning says so.
 */
export async function writeInSeries<T>(request: SeriesRequest<T>, context: Context): Promise<T> {
  using records: RecordsDatabase | undefined = quietly(context, () => openRecords(context));
  if (records === undefined) return request.write(request.manifest(null));
  const series = new SeriesRecords(records);
  // On a full disk they open, and take nothing.
  const manifest = await begin(series, request, context).catch((error: unknown) => noted(error, context));
  if (manifest === undefined) return request.write(request.manifest(null));
  try {
    const result = await request.write(manifest);
    published(series, manifest, context);
    return result;
  } catch (error) {
    quietly(context, () => series.abandon(manifest.archiveId));
    throw error;
  }
}

/** The archive matters more than what is noted of it: what keeps the records from being used is a warning. */
function quietly<T>(context: Context, use: () => T): T | undefined {
  try {
    return use();
  } catch (error) {
    return noted(error, context);
  }
}

function noted(error: unknown, { notice }: Context): undefined {
  if (!(error instanceof RecordsError)) throw error;
  notice(`warning: ${error.message}; the archive's place in its series is not recorded`);
}

async function begin<T>(
  series: SeriesRecords,
  { installation, place, furthest = [], manifest }: SeriesRequest<T>,
  context: Context,
): Promise<Manifest> {
  const key = { host: context.hostname, profile: installation.profile, stateDir: installation.stateDir };
  const id = series.seriesOf(key, furthest[0]?.seriesId ?? randomBytes(15).toString("hex"));
  for (const member of furthest) {
    if (member.seriesId === id && series.adopt(member)) warnOfOthers(member, context);
  }
  await settleAbandoned(series, id, context);
  const mark = markOf(processesOf(context));
  return series.begin(id, { place, mark }, (link) => {
    const built = manifest({ ...link, id: ArchiveId.parse(link.id) });
    return { archiveId: built.archiveId, manifestSha256: digestOf(built), built };
  }).built;
}

/** Two machines that have all of that in common cannot be told apart, by nothing that stands in an archive. */
function warnOfOthers({ sequence }: SeriesMember, { hostname, notice }: Context): void {
  notice(
    `warning: the store holds number ${sequence} of this series, which this machine did not make as far as it knows: its records were lost or put back, or another machine is called ${hostname} and has the same state dir; their archives are one series then, of which prune keeps what it would keep of one: give one of them another host name`,
  );
}

/** Of writers that died: what they published counts, what they did not is as if it had never begun. */
async function settleAbandoned(series: SeriesRecords, id: string, context: Context): Promise<void> {
  for (const { archiveId, place, writer } of series.unfinished(id)) {
    if (lifeOf(writer, processesOf(context)) !== "dead") continue;
    if (place !== null && (await isThere(place, archiveId))) series.finish(archiveId);
    else series.abandon(archiveId);
  }
}

async function isThere(place: string, archiveId: string): Promise<boolean> {
  try {
    await using source = await openArchiveFile(place);
    return (await openArchive(source)).layout.manifest.archiveId === archiveId;
  } catch {
    return false;
  }
}

function published(
  series: SeriesRecords,
  { archiveId, createdAt, series: link }: Manifest,
  context: Context,
): void {
  quietly(context, () => {
    series.finish(archiveId);
    if (link !== null) series.raise(link.id, { sequence: link.sequence, archiveId, createdAt });
  });
}

/** What the next of the series names as `previous`. */
function digestOf(manifest: Manifest): string {
  return createHash("sha256").update(encodeManifest(manifest)).digest("hex");
}
