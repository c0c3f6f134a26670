import type { Identity } from "../../disk/identity.ts";
import type { PlannedEntry } from "../../disk/planned.ts";
import type { EntryPath } from "../../format/entry-path.ts";
import type { EntryType, SectionName } from "../../format/entry.ts";

type Rest = Pick<PlannedEntry, "excluded" | "unreadable" | "vanished" | "database" | "link">;

/**
 * Entries as they are posted to a thread: columns instead of objects, several times cheaper to clone. Paths and sources
 * hold no NUL. Why an entry is sealed stays behind.
 */
export interface PostedEntries {
  readonly paths: string;
  readonly sources: string;
  readonly identities: string;
  /** Bytes of each identity; 0 where the look at it failed. */
  readonly identityBytes: Uint8Array;
  readonly sizes: Float64Array;
  readonly types: string;
  readonly sections: string;
  /** Digests of what was scanned, 64 digits each, of the entries that have one. */
  readonly digests: string;
  readonly hasDigest: Uint8Array;
  /** What few entries have, by the number of the entry. */
  readonly rest: readonly (readonly [number, Rest])[];
}

const digestDigits = 64;
const types = { file: "f", directory: "d", symlink: "s", hardlink: "h" } as const satisfies Record<
  EntryType,
  string
>;
const typeOf: Readonly<Record<string, EntryType>> = {
  f: "file",
  d: "directory",
  s: "symlink",
  h: "hardlink",
};
const sections = { plain: "p", sealed: "s" } as const satisfies Record<SectionName, string>;
const sectionOf: Readonly<Record<string, SectionName>> = { p: "plain", s: "sealed" };

export function postedEntries(entries: readonly PlannedEntry[]): PostedEntries {
  const identityBytes = new Uint8Array(entries.length);
  const hasDigest = new Uint8Array(entries.length);
  const sizes = new Float64Array(entries.length);
  const rest: [number, Rest][] = [];
  const columns = { paths: "", sources: "", identities: "", types: "", sections: "", digests: "" };
  for (let n = 0; n < entries.length; n++) {
    const entry = entries[n]!;
    const { identity = "", scannedSha256 = "" } = entry;
    columns.paths += `${entry.path}\0`;
    columns.sources += `${entry.source}\0`;
    columns.identities += identity;
    columns.types += types[entry.type];
    columns.sections += sections[entry.section];
    columns.digests += scannedSha256;
    identityBytes[n] = identity.length;
    hasDigest[n] = scannedSha256 === "" ? 0 : 1;
    sizes[n] = entry.size;
    const others = restOf(entry);
    if (others !== undefined) rest.push([n, others]);
  }
  return { ...columns, identityBytes, hasDigest, sizes, rest };
}

function restOf({ excluded, unreadable, vanished, database, link }: PlannedEntry): Rest | undefined {
  if ((excluded ?? unreadable ?? vanished ?? database ?? link) === undefined) return undefined;
  return {
    ...(excluded && { excluded }),
    ...(unreadable !== undefined && { unreadable }),
    ...(vanished !== undefined && { vanished }),
    ...(database && { database }),
    ...(link !== undefined && { link }),
  };
}

export function receivedEntries(posted: PostedEntries): PlannedEntry[] {
  const { identities, identityBytes, digests, hasDigest, sizes, rest } = posted;
  const paths = posted.paths.split("\0");
  const sources = posted.sources.split("\0");
  const entries: PlannedEntry[] = [];
  let [identityAt, digestAt] = [0, 0];
  for (let n = 0; n < sizes.length; n++) {
    const entry: Writable<PlannedEntry> = {
      path: paths[n] as EntryPath,
      type: typeOf[posted.types[n]!]!,
      section: sectionOf[posted.sections[n]!]!,
      source: sources[n]!,
      size: sizes[n]!,
    };
    const identityEnd = identityAt + identityBytes[n]!;
    if (identityEnd > identityAt) entry.identity = identities.slice(identityAt, identityEnd) as Identity;
    if (hasDigest[n] === 1) entry.scannedSha256 = digests.slice(digestAt, digestAt + digestDigits);
    identityAt = identityEnd;
    digestAt += hasDigest[n]! * digestDigits;
    entries.push(entry);
  }
  for (const [n, others] of rest) Object.assign(entries[n]!, others);
  return entries;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
