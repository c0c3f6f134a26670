import type { OpenArchive } from "../../format/archive.ts";
import type { EntryPath } from "../../format/entry-path.ts";
import {
  type AbsentLine,
  type FileLine,
  type HardlinkLine,
  type StoredLine,
  isStored,
} from "../../format/entry.ts";
import type { ProvedSection } from "../../format/index-check.ts";
import { type PlacedLine, linesOf } from "../open.ts";
import type { ComparedEntry, Content, Side } from "./compared-entry.ts";
import { extractDatabase } from "./extract-database.ts";
import { type LinkedFile, linkedFileOf, linkedFiles } from "./hard-links.ts";
import type { LateWorkDir } from "./late-work-dir.ts";
import { restoredMode } from "./restored-mode.ts";

export interface ArchiveSideOptions {
  readonly workDir: LateWorkDir;
  /** A tree is compared with what a restore makes of the archive: that does not hold what could not be read. */
  readonly with: "archive" | "tree";
}

/** The entries of an archive, of both sections as one; by proved indexes alone, except for databases. */
export function archiveSide(entries: OpenArchive, options: ArchiveSideOptions): Side {
  return {
    entries: comparedEntries(entries, options),
    isWhole: entries.sealed !== undefined,
    leftOut: "not-compared",
  };
}

async function* comparedEntries(
  entries: OpenArchive,
  options: ArchiveSideOptions,
): AsyncGenerator<ComparedEntry> {
  const links = await linkedFiles(entries);
  for await (const placed of linesOf(entries)) {
    const { line } = placed;
    const entry = isStored(line)
      ? storedEntry(line, placed, { ...options, links })
      : absentEntry(line, options);
    if (entry !== undefined) yield entry;
  }
}

function absentEntry(line: AbsentLine, options: ArchiveSideOptions): ComparedEntry | undefined {
  const { path, status, reason } = line;
  const type = line.type === "hardlink" ? "file" : line.type;
  if (status === "vanished") return undefined;
  if (status === "unreadable") {
    const absence = { kind: "unreadable", reason: `unreadable: ${reason ?? "no reason known"}` } as const;
    return options.with === "tree" ? undefined : { path, type, absence };
  }
  const why = status === "moved" ? "it was moved to the sealed section" : status;
  return { path, type, absence: { kind: "left-out", reason: why } };
}

interface StoredOptions extends ArchiveSideOptions {
  readonly links: ReadonlyMap<EntryPath, LinkedFile>;
}

function storedEntry(line: StoredLine, { section }: PlacedLine, options: StoredOptions): ComparedEntry {
  const { path, mode } = line;
  const common = { path, owner: () => line };
  if (line.type === "symlink") return { ...common, type: "symlink", target: line.target };
  if (line.type === "directory")
    return { ...common, type: "directory", mode, ...restored(restoredMode(line), options) };
  const linked = linkedFileOf(line, options.links);
  return {
    ...common,
    type: "file",
    mode,
    ...restored(linked?.restoredMode ?? restoredMode(line), options),
    link: line.type === "hardlink" ? line.link : undefined,
    content: contentOf(line, linked ?? { line, section }, options),
  };
}

function restored(mode: number, options: ArchiveSideOptions): Pick<ComparedEntry, "restoredMode"> {
  return options.with === "tree" ? { restoredMode: mode } : {};
}

function contentOf(
  own: FileLine | HardlinkLine,
  file: { readonly line: StoredLine; readonly section: ProvedSection },
  { workDir }: StoredOptions,
): Content {
  const { line, section } = file;
  // A hard link without its file: the index was proved, so there is none.
  if (line.type !== "file") throw new TypeError(`${own.path} has no file`);
  return {
    sizeBytes: line.size,
    digest: () => Promise.resolve({ sha256: line.sha256 }),
    copy: line.status === "database" ? () => extractDatabase(section, line, workDir.path) : undefined,
  };
}
