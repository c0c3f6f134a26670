import { OpenClawError } from "../../openclaw/errors.ts";
import type { Installation } from "../../openclaw/installation.ts";
import { locateInstallation } from "../../openclaw/locate.ts";
import type { ArchiveStore } from "../../store/archive-store.ts";
import { initDirectoryStore } from "../../store/directory-store.ts";
import { isSameFileSystem } from "../../store/same-file-system.ts";
import type { Context } from "../context.ts";
import { processesOf } from "../processes.ts";
import { rootAround } from "../root-around.ts";
import { everyTarget } from "../targets.ts";
import { openStore } from "./open-store.ts";

/** `ocbak init`. */
export interface InitReport {
  readonly store: string;
  readonly storeId: string;
  /** False: it was a store before. */
  readonly isNew: boolean;
  /** How many archives lie in it, by their names, and how many other files. */
  readonly archives: number;
  readonly foreign: number;
  /** Null where the place does not tell. */
  readonly freeBytes: number | null;
  /** The largest file it takes; null where there is no limit worth knowing. */
  readonly fileBytesMax: number | null;
  /** What will keep backups from working there. */
  readonly warnings: readonly string[];
  /** What is worth knowing and no trouble. */
  readonly notices: readonly string[];
}

/** Makes a folder a store; what is one stays as it is. `path` is absolute. Throws StoreError. */
export async function initStore(path: string, context: Context): Promise<InitReport> {
  const surroundings = { now: context.now, processes: processesOf(context) };
  const { isNew } = await initDirectoryStore(path, surroundings);
  const store = await openStore(path, context);
  const { archives, foreign } = await store.list();
  const installations = installationsHere(context);
  return {
    store: store.place,
    storeId: store.id,
    isNew,
    archives: archives.length,
    foreign,
    freeBytes: await store.freeBytes(),
    fileBytesMax: store.fileBytesMax,
    warnings: warningsOn(store, installations),
    notices: await noticesOn(store, installations),
  };
}

/** As far as they can be told: a store is made also where OpenClaw is broken, or not there. */
function installationsHere(context: Context): Installation[] {
  const targets = unlessBroken(() => everyTarget(context)) ?? [];
  return targets.flatMap(
    ({ request }) =>
      unlessBroken(() => locateInstallation(request, context)) ??
      unlessBroken(() => locateInstallation({ ...request, stateOnly: true }, context)) ??
      [],
  );
}

function unlessBroken<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof OpenClawError) return undefined;
    throw error;
  }
}

function warningsOn({ localDirectory }: ArchiveStore, installations: readonly Installation[]): string[] {
  if (localDirectory === null) return [];
  const root = installations
    .map(({ roots }) => rootAround(localDirectory, roots))
    .find((one) => one !== undefined);
  if (root === undefined) return [];
  return [`it lies inside ${root.path}, which is backed up: ocbak refuses to write archives there`];
}

async function noticesOn(
  { localDirectory, fileBytesMax }: ArchiveStore,
  installations: readonly Installation[],
): Promise<string[]> {
  const notices =
    fileBytesMax === null ? [] : ["its file system is FAT, which takes files of less than 4 GiB"];
  if (localDirectory === null) return notices;
  for (const { stateDir } of installations) {
    if (!(await isSameFileSystem(localDirectory, stateDir))) continue;
    return [
      ...notices,
      `it is on the same file system as ${stateDir}: a disk that fails takes both, and a disk for backups may not be mounted`,
    ];
  }
  return notices;
}
