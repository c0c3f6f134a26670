import { displayBytes } from "../format/entry-path.ts";
import { type IndexLine, type SectionName, isStored } from "../format/entry.ts";
import type { Context } from "./context.ts";
import { isAtOrBelow, linesOf, noSuchEntry, openForReading, typedPath } from "./open.ts";
import { pathText } from "./path-text.ts";
import type { ReadOptions } from "./read-options.ts";
import type { ListedEntry } from "./reports.ts";

/** The entries of an archive in order, or those at and below `path`. Without a key those of the plain section. */
export async function* listArchive(
  archive: string,
  options: ReadOptions & { readonly path?: string },
  context: Context,
): AsyncGenerator<ListedEntry> {
  const folder = options.path === undefined ? undefined : typedPath(options.path);
  await using opened = await openForReading(archive, options, context);
  let found = false;
  for await (const { line, section } of linesOf(opened.entries)) {
    if (folder !== undefined && !isAtOrBelow(line.path, folder)) continue;
    found = true;
    yield listed(line, section.reader.name);
  }
  if (!found && folder !== undefined) throw noSuchEntry(options.path!, opened.entries);
}

function listed(line: IndexLine, section: SectionName): ListedEntry {
  const { status, type, reason } = line;
  const head = { ...pathText(line.path), section, type, status, ...(reason !== undefined && { reason }) };
  if (!isStored(line)) return { ...head, ...(line.size !== undefined && { size: line.size }) };
  const { mode, mtime, uname, gname, uid, gid } = line;
  const attributes = {
    mode,
    mtime,
    owner: displayBytes(uname) || String(uid),
    group: displayBytes(gname) || String(gid),
  };
  switch (line.type) {
    case "file":
      return { ...head, ...attributes, size: line.size, sha256: line.sha256 };
    case "symlink":
      return { ...head, ...attributes, target: displayBytes(line.target) };
    case "hardlink":
      return { ...head, ...attributes, target: displayBytes(line.link) };
    case "directory":
      return { ...head, ...attributes };
  }
}
