import type { BigIntStats } from "node:fs";
import type { Attributes } from "../format/entry.ts";
import { identityOf, isSame, isSameInode } from "./identity.ts";
import { OwnerNames } from "./owner-names.ts";
import type { PlannedEntry } from "./planned.ts";
import { absenceOf } from "./stat.ts";

/**
 * What became of an entry when it was read.
 *
 * `ok`: the bytes are a state that the file really had. With a `reason` it is one that has since grown.
 * `changed`: it was being rewritten all the while; the bytes may be of several states, and their number is what was
 * really read. `vanished`, `unreadable`: nothing can be trusted to be there (`bytes` may be more than 0 when a disk
 * failed half-way).
 */
export interface ReadOutcome {
  readonly status: "ok" | "changed" | "vanished" | "unreadable";
  readonly reason?: string;
  /** Valid bytes from the start. */
  readonly bytes: number;
  /** Missing only where the entry could not be looked at. */
  readonly attributes?: Attributes;
  /** It is not in the state in which it was planned: a plain entry must be sealed instead. */
  readonly moved?: true;
  /** It is another inode than the one that was planned. */
  readonly replaced?: true;
  /** The file has holes. */
  readonly sparse?: true;
  /** It no longer fits the buffer, which holds its beginning: LargeFile reads it whole. */
  readonly tooLarge?: true;
}

const names = new OwnerNames();

function attributesOf(stats: BigIntStats): Attributes {
  const uid = Number(stats.uid);
  const gid = Number(stats.gid);
  return {
    mode: Number(stats.mode) & 0o777,
    mtime: String(stats.mtimeNs),
    uid,
    gid,
    uname: names.user(uid),
    gname: names.group(gid),
  };
}

/** Holes smaller than this are not worth making again. */
const holeBytesMin = 64n * 1024n;
/** The unit of `st_blocks`, whatever the file system's own is (POSIX sys/stat.h). */
const blockBytes = 512n;

/** What fstat says of an entry, as the part of an outcome that does not depend on reading. */
export function factsOf(
  entry: PlannedEntry,
  stats: BigIntStats,
): Pick<ReadOutcome, "attributes" | "moved" | "replaced" | "sparse"> {
  const { identity } = entry;
  const now = identityOf(stats);
  const isPlanned = identity !== undefined && isSame(identity, now);
  const isReplaced = identity === undefined || !isSameInode(identity, now);
  const isSparse = stats.isFile() && stats.size - stats.blocks * blockBytes >= holeBytesMin;
  return {
    attributes: attributesOf(stats),
    ...(!isPlanned && { moved: true }),
    ...(isReplaced && { replaced: true }),
    ...(isSparse && { sparse: true }),
  };
}

/** An outcome for what the system refused. */
export function refusedOutcome(error: unknown, bytes = 0): ReadOutcome {
  const absence = absenceOf(error);
  return "vanished" in absence
    ? { status: "vanished", reason: absence.vanished, bytes }
    : { status: "unreadable", reason: absence.unreadable, bytes };
}
