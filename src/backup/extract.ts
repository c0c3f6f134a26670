import { openSections } from "../format/archive.ts";
import { Pins } from "../disk/pins.ts";
import { StagingWriter, type StagingSummary } from "../disk/staging-writer.ts";
import { openExtraction } from "../disk/staging.ts";
import { type EntryPath, displayPath } from "../format/entry-path.ts";
import { walkSelected } from "../format/walk.ts";
import { resolve } from "node:path";
import type { Context } from "./context.ts";
import { isAtOrBelow, noSuchEntry, openForReading, typedPath } from "./open.ts";
import { pathText } from "./path-text.ts";
import type { ReadOptions } from "./read-options.ts";
import type { ExtractReport } from "./reports.ts";

export interface ExtractOptions extends ReadOptions {
  /** A directory that is new or empty: entries go to `<output>/<entry path>`. */
  readonly output: string;
  readonly allowOutsideLinks?: boolean;
}

/** Brings back entries, folders with all below them, into a fresh directory. Every file is proved by its digest. */
export async function extractPaths(
  archive: string,
  paths: readonly string[],
  options: ExtractOptions,
  context: Context,
): Promise<ExtractReport> {
  const wanted = paths.map((path) => typedPath(path));
  await using opened = await openForReading(archive, options, context);
  const output = resolve(context.cwd, options.output);
  const found = new Set<EntryPath>();
  const select = ({ path }: { readonly path: EntryPath }): boolean => {
    const folder = wanted.find((one) => isAtOrBelow(path, one));
    if (folder !== undefined) found.add(folder);
    return folder !== undefined;
  };
  using pins = new Pins();
  using writer = new StagingWriter({
    place: openExtraction(output, pins),
    trees: [output],
    outsideLinks: options.allowOutsideLinks === true ? "keep" : "skip",
  });
  for (const section of openSections(opened.entries)) await walkSelected(section, select, writer);
  const summary = await writer.finish(() => Promise.resolve());
  const missing = wanted.findIndex((path) => !found.has(path));
  if (missing !== -1) throw noSuchEntry(paths[missing]!, opened.entries);
  return { output, entries: summary.entries, bytes: summary.bytes, warnings: linkWarnings(summary) };
}

/** What was not made, and why. */
export function linkWarnings({ outsideLinks, missingLinks }: StagingSummary): string[] {
  return [
    ...outsideLinks.map(
      ({ path }) =>
        `${displayPath(path)} is a symbolic link that leads out of what is brought back: left out`,
    ),
    ...missingLinks.map(
      (path) => `${pathText(path).path} is a further name of a file that is not brought back: left out`,
    ),
  ];
}
