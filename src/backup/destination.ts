import { resolve } from "node:path";
import type { Installation } from "../openclaw/installation.ts";
import type { SeriesMember } from "../records/series-records.ts";
import type { ArchiveStore } from "../store/archive-store.ts";
import { createStaged } from "../store/directory.ts";
import { fileBytesMaxIn } from "../store/file-limit.ts";
import { locateOutput } from "../store/output.ts";
import type { StagedFile } from "../store/staged-file.ts";
import { defaultArchiveName, freeArchiveName } from "./archive-name.ts";
import type { Context } from "./context.ts";

/** A store to write an archive into. */
export interface StoreDestination {
  readonly store: ArchiveStore;
  /** The furthest archive that it holds of each series of the installation. */
  readonly furthest: readonly SeriesMember[];
}

/** Where an archive is to be published. */
export interface Destination {
  /** The real path of the folder it gets into; null where that is on no disk of this machine. */
  readonly localDirectory: string | null;
  /** The largest file that goes there; null where there is no limit worth knowing. */
  readonly fileBytesMax: number | null;
  readonly begin: () => Promise<StagedFile>;
  readonly furthest: readonly SeriesMember[];
}

/** Where `create` is to write. Throws StoreError before any work where that cannot be. */
export async function destinationOf(
  installation: Installation,
  { output, into }: { readonly output?: string; readonly into?: StoreDestination },
  context: Context,
): Promise<Destination> {
  const name = defaultArchiveName(installation.profile, context);
  if (into === undefined) {
    const place = await locateOutput(resolve(context.cwd, output ?? "."), name);
    return {
      localDirectory: place.realDirectory,
      fileBytesMax: await fileBytesMaxIn(place.realDirectory),
      begin: () => createStaged(place.directory, place.name),
      furthest: [],
    };
  }
  const { store, furthest } = into;
  const { localDirectory, fileBytesMax } = store;
  const free = await freeArchiveName(name, async (one) => (await store.stat(one)) !== null);
  return { localDirectory, fileBytesMax, begin: () => store.begin(free), furthest };
}
