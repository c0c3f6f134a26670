import type { Context } from "../context.ts";
import { type Opened, openForReading } from "../open.ts";
import type { ReadOptions } from "../read-options.ts";
import { type PlaceChoices, placeRoots } from "../restore-roots.ts";
import { type Compared, compareArchives, compareWithTree } from "./compare-with.ts";
import type { DiffReport } from "./diff-report.ts";
import { homeOf } from "./home.ts";
import { newRoots } from "./new-roots.ts";

export interface DiffOptions extends ReadOptions, PlaceChoices {
  /** Another archive. Without it the installation is compared that lies where a restore would put this one. */
  readonly other?: string;
  readonly home?: string;
  /** Owners and groups, too. */
  readonly owners?: boolean;
}

/**
 * Compares an archive with another one, or with what lies on this machine. Reads, and changes nothing. Of archives the
 * indexes are proved and content is read only of databases whose bytes differ.
 */
export async function diffArchive(path: string, options: DiffOptions, context: Context): Promise<DiffReport> {
  await using opened = await openForReading(path, options, context);
  const { archiveId } = opened.archive.layout.manifest;
  if (options.other === undefined) {
    const compared = await compareWithMachine(opened, options, context);
    return { archive: path, archiveId, other: null, otherId: null, ...compared };
  }
  await using second = await openForReading(options.other, options, context);
  const compared = await compareArchives(opened.entries, second.entries, options, context);
  const otherId = second.archive.layout.manifest.archiveId;
  return { archive: path, archiveId, other: options.other, otherId, ...compared };
}

async function compareWithMachine(
  { archive, entries }: Opened,
  options: DiffOptions,
  context: Context,
): Promise<Compared> {
  const { cwd } = context;
  const home = homeOf(options.home, context);
  const { roots } = await placeRoots(entries, archive.layout.manifest, { ...options, home, cwd });
  const compared = await compareWithTree(entries, roots, options, context);
  // Without the key it is not known what the archive has.
  if (entries.sealed === undefined) return compared;
  const env = options.home === undefined ? context.env : { HOME: home };
  return { ...compared, notCompared: [...compared.notCompared, ...newRoots(roots, { home, env, cwd })] };
}
