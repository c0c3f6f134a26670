import { basename, dirname, join, relative, sep } from "node:path";

const nameBytesMax = 255;

/** True where `path` is `directory` or lies below it. Both absolute and normalized. */
export function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

/** The path of `path` below `directory`, empty for the directory itself. */
export function below(directory: string, path: string): string {
  return relative(directory, path);
}

/** What stands before the random part of the names of a target's staging directories. */
export function stagingPrefix(target: string): string {
  return `.${shortened(basename(target))}.ocbak-staging-`;
}

/** Cut so that the name with its additions stays below the 255 bytes that file systems take. */
function shortened(name: string): string {
  const chars = Array.from(name);
  while (Buffer.byteLength(chars.join("")) > 200) chars.pop();
  return chars.join("");
}

/** The staging directory of `target` in `parent`: `.<name>.ocbak-staging-<suffix>`. */
export function stagingDirIn(parent: string, target: string, suffix: string): string {
  return join(parent, stagingPrefix(target) + suffix);
}

/** The folders above a relative path, outermost first. */
export function foldersOf(path: string): string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

/** `top`, and every folder in it on the way to the relative `path`. */
export function foldersAbove(top: string, path: string): string[] {
  return [top, ...foldersOf(path).map((folder) => join(top, folder))];
}

/** The tree of a top root lies under this name in its staging directory, which itself stays 0700 and ours to the end. */
export const stagedTreeName = "tree";

/** The record of a finished restore: its staging directory under another name, `.<name>.ocbak-undo-<time>`. */
export function undoRecordOf(stagingDir: string, startedAt: Date, taken: readonly string[]): string {
  const name = basename(stagingDir).replace(/\.ocbak-staging-[^.]*$/, `.ocbak-undo-${timeStamp(startedAt)}`);
  return join(dirname(stagingDir), numbered(name, taken));
}

/** What stands before the time in the names of a target's records. */
export function undoPrefix(target: string): string {
  return `.${shortened(basename(target))}.ocbak-undo-`;
}

/** Where `--undo` puts what stands at `target`. */
export function undoneName(target: string, stamp: string, isThere: (path: string) => boolean): string {
  const first = `${target}.undone-ocbak-${stamp}`;
  let name = first;
  for (let count = 2; isThere(name); count += 1) name = `${first}-${count}`;
  return name;
}

/** What stands before the time in the names under which earlier trees of `target` were put aside. */
export function asidePrefix(target: string): string {
  return `${basename(target)}.before-ocbak-`;
}

/**
 * Where the tree now at `target` is put aside: `<target>.before-ocbak-<YYYYMMDDTHHMMSSZ>`, with `-2`, `-3` … where
 * `taken` (names beside the target) holds it already. Undefined where the name is too long for a file system.
 */
export function asideFor(target: string, now: Date, taken: readonly string[]): string | undefined {
  const name = numbered(asidePrefix(target) + timeStamp(now), taken);
  return Buffer.byteLength(name) > nameBytesMax ? undefined : join(dirname(target), name);
}

/** `first`, or with `-2`, `-3` … the first that is not taken. */
function numbered(first: string, taken: readonly string[]): string {
  let name = first;
  for (let count = 2; taken.includes(name); count += 1) name = `${first}-${count}`;
  return name;
}

/** `20260922T145300Z` */
export function timeStamp(date: Date): string {
  return date
    .toISOString()
    .replaceAll(/[-:]/g, "")
    .replace(/\.\d+Z$/, "Z");
}
