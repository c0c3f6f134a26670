import { existsSync } from "node:fs";
import { makePlain, type Found } from "./draft.ts";
import { LinkSealing } from "./link-sealing.ts";

/*
 * Which section each found entry stands in (specification § Public and secret). The built-in reasons in `sealedBy`:
 * `root`, `seal-all`, `too-large`, `database`, `no-content` (set by the walk), `not-scanned` and whatever a look into the
 * file says (before this), `hardlink`, `link-leaves-root`, `link-target-sealed`, `nothing-plain` (a directory without
 * plain descendants).
 */

/** Decides the section of every entry, and turns further names of an inode into hard links. */
export function assignSections(found: readonly Found[], sealedInodes: ReadonlySet<string>): void {
  joinHardLinks(found, sealedInodes);
  const candidates = found.filter(({ entry }) => entry.sealedBy === undefined);
  const links: Found[] = [];
  for (const candidate of candidates) {
    if (candidate.entry.type === "symlink") links.push(candidate);
    else if (candidate.entry.type !== "directory") makePlain(candidate);
  }
  if (links.length > 0) new LinkSealing(found).settle(links);
  for (const { entry } of candidates) {
    if (entry.section === "sealed") entry.sealedBy ??= "nothing-plain";
  }
}

function joinHardLinks(found: readonly Found[], sealedInodes: ReadonlySet<string>): void {
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    if (one.inode === undefined) continue;
    const group = groups.get(one.inode);
    if (group === undefined) groups.set(one.inode, [one]);
    else group.push(one);
  }
  for (const [inode, group] of groups) {
    if (sealedInodes.has(inode) || group.some(({ entry }) => entry.sealedBy !== undefined)) sealGroup(group);
    linkToFirst(group);
  }
}

function sealGroup(group: readonly Found[]): void {
  for (const { entry } of group) entry.sealedBy ??= "hardlink";
}

function linkToFirst(group: readonly Found[]): void {
  const first = group[0]!.entry;
  if (first.database === true) first.source = nameWithLog(group) ?? first.source;
  for (const { entry } of group.slice(1)) {
    entry.type = "hardlink";
    entry.link = first.path;
    entry.size = 0;
    delete entry.database;
  }
}

/** A database has its log beside the name by which it is in use: only through that name is it whole. */
function nameWithLog(group: readonly Found[]): string | undefined {
  const used = group.find(({ entry }) => hasLog(entry.source, "-wal") || hasLog(entry.source, "-journal"));
  return used?.entry.source;
}

function hasLog(source: string, suffix: "-wal" | "-journal"): boolean {
  return existsSync(Buffer.from(source + suffix, "latin1"));
}
