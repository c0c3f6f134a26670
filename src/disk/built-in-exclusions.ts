import { statSync } from "node:fs";
import { isDatabase } from "./magic.ts";

/** Why what is left out wherever it lies is left out; no option brings it back. */
export const builtInExclusions = {
  "special-file": "a socket, FIFO or device has no content to keep",
  "ocbak-archive": "an archive of ocbak, finished or not: it would grow the next one",
  "ocbak-staging": "what a restore works in, or keeps to take itself back",
  "database-sidecar": "what it holds is in the snapshot of its database",
  "update-capture": "OpenClaw promises never to export it",
  "file-system-loop": "a folder around it is mounted there once more",
} as const;

export type BuiltInExclusion = keyof typeof builtInExclusions;

/** Files left out by name wherever they lie. `source` is a byte string. */
export function fileLeftOutByName(source: string): BuiltInExclusion | undefined {
  const name = nameOf(source);
  if (name.endsWith(".ocbak") || /^\..*\.ocbak\..*\.partial$/s.test(name)) return "ocbak-archive";
  return isSidecar(source) ? "database-sidecar" : undefined;
}

const captureSuffix = ".update-captures";

/** The same for directories: as OpenClaw tells its captures from a folder that is only named so. */
export function folderLeftOutByName(source: string): BuiltInExclusion | undefined {
  const name = nameOf(source);
  if (/^\..*\.ocbak-(?:staging|undo)-[\w-]+$/s.test(name)) return "ocbak-staging";
  const isPaired = name.length > captureSuffix.length && name.endsWith(captureSuffix);
  return isPaired && isDirectory(source.slice(0, -captureSuffix.length)) ? "update-capture" : undefined;
}

/** OpenClaw marks what must not be exported by a name in the folder itself. */
export function holdsPrivacyMarker(names: readonly string[]): boolean {
  return names.includes(".openclaw-private-update-capture");
}

const suffix = /-(?:wal|shm|journal)$/;

/**
 * `-wal`, `-shm` and `-journal` beside an SQLite database: what they hold is in its snapshot, and beside a restored
 * database a stale one destroys it.
 */
function isSidecar(source: string): boolean {
  if (!suffix.test(source)) return false;
  try {
    return isDatabase(source.replace(suffix, ""));
  } catch {
    // No such file, or none that can be read: then this one stands for itself.
    return false;
  }
}

/** Links followed, as OpenClaw does. */
function isDirectory(source: string): boolean {
  try {
    return statSync(Buffer.from(source, "latin1"), { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

function nameOf(source: string): string {
  return source.slice(source.lastIndexOf("/") + 1);
}
