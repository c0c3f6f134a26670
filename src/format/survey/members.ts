import type { ByteSource } from "../bytes.ts";
import { type MemberHeader, endMemberBytes, memberBytes, memberNames, parseMemberHeader } from "../member.ts";
import { blockBytes, isZero } from "../ustar.ts";

/** A member whose header was found, wherever it lies; its content may be cut off by the end of the file. */
export interface FoundMember extends MemberHeader {
  /** First byte of its header. */
  readonly offset: number;
  /** Content bytes that are here. */
  readonly presentBytes: number;
}

/** Where the member after this one begins. */
export function memberEnd(member: FoundMember): number {
  return member.offset + memberBytes(member.sizeBytes);
}

/** Bytes between members, or before the first, that are no member. */
export interface Gap {
  readonly offset: number;
  readonly length: number;
  /** The index in `members` of the first one after the gap; `members.length` at the end of the file. */
  readonly before: number;
}

export interface FoundMembers {
  readonly archiveId: string | undefined;
  readonly members: readonly FoundMember[];
  readonly gaps: readonly Gap[];
}

const windowBytes = 1024 * 1024;
const magic = Buffer.from("ustar\x0000", "latin1");
const magicOffset = 257;

/** Finds all members that can be found in a cut or damaged copy: from header to header, and past holes to the next one. */
export async function findMembers(source: ByteSource): Promise<FoundMembers> {
  const archiveId = await findArchiveId(source);
  const members: FoundMember[] = [];
  const gaps: Gap[] = [];
  let offset = 0;
  while (offset < source.sizeBytes) {
    // What stands behind `end` is no part of this archive, whatever it is.
    const isOver = members.at(-1)?.name === memberNames.end;
    const header = isOver ? undefined : await headerAt(source, offset, archiveId);
    if (header !== undefined) {
      const presentBytes = Math.max(0, Math.min(header.sizeBytes, source.sizeBytes - offset - blockBytes));
      members.push({ ...header, offset, presentBytes });
      offset += memberBytes(header.sizeBytes);
      continue;
    }
    const next = (isOver ? undefined : await nextHeader(source, offset + 1, archiveId)) ?? source.sizeBytes;
    if (!(await isTail(source, members, offset)))
      gaps.push({ offset, length: next - offset, before: members.length });
    offset = next;
  }
  return { archiveId, members, gaps };
}

/** The zero blocks after `end`, and nothing behind them. */
async function isTail(source: ByteSource, members: readonly FoundMember[], offset: number): Promise<boolean> {
  const length = source.sizeBytes - offset;
  if (members.at(-1)?.name !== memberNames.end || length > 2 * blockBytes) return false;
  return isZero(await source.read(offset, length));
}

async function headerAt(
  source: ByteSource,
  offset: number,
  archiveId: string | undefined,
): Promise<MemberHeader | undefined> {
  if (offset + blockBytes > source.sizeBytes) return undefined;
  const header = parseMemberHeader(await source.read(offset, blockBytes));
  return header?.archiveId === archiveId ? header : undefined;
}

/** From the first header, or where that is damaged from the last one, or from any. */
async function findArchiveId(source: ByteSource): Promise<string | undefined> {
  for (const offset of [0, source.sizeBytes - endMemberBytes]) {
    if (offset < 0 || offset + blockBytes > source.sizeBytes) continue;
    const header = parseMemberHeader(await source.read(offset, blockBytes));
    if (header !== undefined) return header.archiveId;
  }
  const any = await nextHeader(source, 0, undefined);
  return any === undefined ? undefined : parseMemberHeader(await source.read(any, blockBytes))?.archiveId;
}

/** The first offset from `from` on at which a member header of this archive stands. */
async function nextHeader(
  source: ByteSource,
  from: number,
  archiveId: string | undefined,
): Promise<number | undefined> {
  for (let start = from; start + blockBytes <= source.sizeBytes; start += windowBytes) {
    const window = await source.read(start, Math.min(windowBytes + blockBytes, source.sizeBytes - start));
    for (let at = window.indexOf(magic); at !== -1; at = window.indexOf(magic, at + 1)) {
      const begin = at - magicOffset;
      if (begin < 0 || begin + blockBytes > window.length) continue;
      const header = parseMemberHeader(window.subarray(begin, begin + blockBytes));
      if (header !== undefined && (archiveId === undefined || header.archiveId === archiveId))
        return start + begin;
    }
  }
  return undefined;
}

/** True for bytes that begin as a first member header would, as far as they go. */
export function looksLikeStart(head: Buffer): boolean {
  const name = Buffer.alloc(100);
  name.write(memberNames.manifest);
  const fixed: readonly (readonly [number, Buffer])[] = [
    [0, name],
    [100, Buffer.from("0000644\x000000000\x000000000\0", "latin1")],
    [136, Buffer.from("00000000000\0", "latin1")],
    [magicOffset, magic],
  ];
  return (
    head.length > 0 &&
    fixed.every(([at, bytes]) => {
      const there = head.subarray(at, at + bytes.length);
      return there.equals(bytes.subarray(0, there.length));
    })
  );
}
