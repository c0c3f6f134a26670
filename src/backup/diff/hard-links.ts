import type { OpenArchive } from "../../format/archive.ts";
import type { EntryPath } from "../../format/entry-path.ts";
import { type FileLine, type HardlinkLine, isStored } from "../../format/entry.ts";
import type { ProvedSection } from "../../format/index-check.ts";
import { linesOf } from "../open.ts";
import { restoredMode } from "./restored-mode.ts";

/** A file with further names. */
export interface LinkedFile {
  readonly line: FileLine;
  readonly section: ProvedSection;
  /** All names share it: a restore gives them the strictest. */
  readonly restoredMode: number;
}

/** The files of an archive that have further names, by their first. */
export async function linkedFiles(entries: OpenArchive): Promise<Map<EntryPath, LinkedFile>> {
  const masks = new Map<EntryPath, number>();
  for await (const { line } of linesOf(entries)) {
    if (isStored(line) && line.type === "hardlink")
      masks.set(line.link, (masks.get(line.link) ?? 0o777) & restoredMode(line));
  }
  const files = new Map<EntryPath, LinkedFile>();
  if (masks.size === 0) return files;
  for await (const { line, section } of linesOf(entries)) {
    const mask = masks.get(line.path);
    if (mask !== undefined && isStored(line) && line.type === "file")
      files.set(line.path, { line, section, restoredMode: restoredMode(line) & mask });
  }
  return files;
}

/** The file that a line is a name of, where it has several. */
export function linkedFileOf(
  line: FileLine | HardlinkLine,
  files: ReadonlyMap<EntryPath, LinkedFile>,
): LinkedFile | undefined {
  return files.get(line.type === "hardlink" ? line.link : line.path);
}
