import { lstat, realpath, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { StoreError } from "./errors.ts";

export interface OutputPlace {
  readonly directory: string;
  /** The same without links on the way. */
  readonly realDirectory: string;
  readonly name: string;
}

/**
 * Where an archive is to be written: `path` is a directory, in which it gets `defaultName`, or the file itself. Throws
 * StoreError `exists` before any work where the name is taken, and `not-found` where its directory is not there.
 */
export async function locateOutput(path: string, defaultName: string): Promise<OutputPlace> {
  const found = await stat(path).catch(() => undefined);
  const place = found?.isDirectory()
    ? { directory: path, name: defaultName }
    : { directory: dirname(path), name: basename(path) };
  await requireDirectory(place.directory);
  const isTaken = await lstat(`${place.directory}/${place.name}`).then(
    () => true,
    () => false,
  );
  if (!isTaken) return { ...place, realDirectory: await realpath(place.directory) };
  throw new StoreError("exists", `${place.directory}/${place.name} exists`, {
    hint: "nothing is ever overwritten: choose another name, or a directory to get a dated one",
  });
}

async function requireDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new StoreError("not-found", `there is no directory ${directory} to write the archive to`, {
    hint: "make it first, or name another with -o",
  });
}
