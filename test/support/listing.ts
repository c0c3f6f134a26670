import { createHash } from "node:crypto";
import { type BigIntStats, lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { ListedEntry } from "../../src/backup/reports.ts";
import type { Root } from "../../src/openclaw/installation.ts";
import { leavingReason } from "./leaving-table.ts";

/** A folder or a file that an installation consists of, as a person knows who made it. */
export interface Place {
  /** Absolute. What does not exist is no part. */
  readonly at: string;
  /** Where in a state dir the like of it lies, "" for a state dir itself. The user's own folders have none. */
  readonly as?: string;
}

/** Absolute path → type, mode, time, size and digest, or target; of what is left out the reason, with nothing below it. */
export type Facts = ReadonlyMap<string, string>;

const magic = "SQLite format 3\0";

/** What must be in a backup, by a plain walk that knows nothing of ocbak. Inner places must come after outer ones. */
export function listingOf(places: readonly Place[]): Facts {
  const facts = new Map<string, string>();
  for (const { at, as } of places) {
    if (lstatSync(at, { throwIfNoEntry: false }) === undefined) continue;
    for (const path of facts.keys()) if (path === at || path.startsWith(`${at}/`)) facts.delete(path);
    if (leavingReason(as) === undefined) walk(at, as, facts);
    else leave(at, facts);
  }
  return facts;
}

/** A place of its own of which nothing is taken stays as an empty folder. */
function leave(at: string, facts: Map<string, string>): void {
  facts.set(at, factsOf(at, lstatSync(at, { bigint: true })));
  for (const name of readdirSync(at)) facts.set(join(at, name), leftOut);
}

function walk(at: string, as: string | undefined, facts: Map<string, string>): void {
  const reason = leavingReason(as) ?? (isSidecar(at) ? "its rows are in the database's snapshot" : undefined);
  const stat = lstatSync(at, { bigint: true });
  facts.set(at, reason === undefined ? factsOf(at, stat) : leftOut);
  if (reason !== undefined || !stat.isDirectory()) return;
  for (const name of readdirSync(at).sort())
    walk(join(at, name), as === undefined ? undefined : join(as, name), facts);
}

function isSidecar(at: string): boolean {
  return /-(?:wal|shm|journal)$/.test(at) && isDatabase(at.replace(/-[a-z]+$/, ""));
}

function isDatabase(at: string): boolean {
  const stat = lstatSync(at, { throwIfNoEntry: false });
  return stat?.isFile() === true && readFileSync(at).toString("latin1", 0, magic.length) === magic;
}

const leftOut = "left out";

function factsOf(at: string, stat: BigIntStats): string {
  const { mode, mtimeNs, size } = stat;
  const facts = [(Number(mode) & 0o7777).toString(8), mtimeNs];
  if (stat.isSymbolicLink()) return `-> ${readlinkSync(at)}`;
  if (stat.isDirectory()) return ["directory", ...facts].join(" ");
  if (!stat.isFile()) return leftOut;
  // The snapshot of a database is another file.
  if (isDatabase(at)) return ["database", ...facts].join(" ");
  const digest = createHash("sha256").update(readFileSync(at)).digest("hex");
  return ["file", ...facts, size, digest].join(" ");
}

/** The same of an archive: where each entry was, by the roots that `show` names, and what it is. */
export function archiveFacts(
  entries: readonly ListedEntry[],
  roots: readonly Pick<Root, "id" | "path">[],
): Facts {
  const places = new Map(roots.map(({ id, path }) => [id, path]));
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return new Map(
    entries.map((entry) => {
      const [id = "", ...rest] = entry.path.split("/");
      const place = places.get(id) ?? `root that show does not name: ${id}`;
      const file = entry.type === "hardlink" ? byPath.get(entry.target!)! : entry;
      return [join(place, ...rest), entryFacts(file)] as const;
    }),
  );
}

function entryFacts({ type, status, mode, mtime, size, sha256, target }: ListedEntry): string {
  if (status.startsWith("excluded:")) return leftOut;
  if (type === "symlink") return `-> ${target ?? ""}`;
  const facts = [mode?.toString(8), mtime];
  if (type === "directory") return ["directory", ...facts].join(" ");
  return status === "database"
    ? ["database", ...facts].join(" ")
    : ["file", ...facts, size, sha256].join(" ");
}

/** What is not the same on both sides: "path: expected | archived". Empty is what it should be. */
export function deviations(listing: Facts, archive: Facts): string[] {
  const paths = [...new Set([...listing.keys(), ...archive.keys()])].sort();
  return paths.flatMap((path) => {
    const [expected, archived] = [listing.get(path) ?? "nothing", archive.get(path) ?? "nothing"];
    return expected === archived ? [] : [`${path}: ${expected} | ${archived}`];
  });
}

const fileTypes: ReadonlySet<string> = new Set(["file", "hardlink"]);

interface Shown {
  readonly id: string;
  readonly files: number;
  readonly leftOut: { readonly rules: readonly string[] };
}

/** Where an archive is not what `show` said of each root: "root: said | archived". It counts neither links nor sidecars of databases. */
export function shownDeviations(entries: readonly ListedEntry[], roots: readonly Shown[]): string[] {
  return roots.flatMap(({ id, files, leftOut: { rules } }) => {
    const own = entries.filter(({ path }) => path === id || path.startsWith(`${id}/`));
    const left = own.flatMap(({ status }) => /^excluded:(?!database-sidecar)(.+)$/.exec(status)?.[1] ?? []);
    const stored = own.filter(({ type, status }) => fileTypes.has(type) && !status.startsWith("excluded:"));
    const [said, archived] = [counted(files, rules), counted(stored.length, left)];
    return said === archived ? [] : [`${id}: ${said} | ${archived}`];
  });
}

function counted(files: number, rules: readonly string[]): string {
  return `${files} files, without ${[...new Set(rules)].sort().join(", ")}`;
}
