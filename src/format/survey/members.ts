import type { ByteSource } from "../bytes.ts";
import { type MemberHeader, endMemberBytes, memberBytes, memberNames, parseMemberHeader } from "../member.ts";
import { blockBytes, isZero } from "../ustar.ts";
import { HeaderSearch } from "./header-search.ts";

/** A member whose header was found, wherever it lies. */
export interface FoundMember extends MemberHeader {
  /** First byte of its header. */
  readonly offset: number;
  /** Content bytes that are here: fewer than `sizeBytes` where the file ends, or the next member begins, too early. */
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

/** Finds all members that can be found in a cut or damaged copy: from header to header, and past holes to the next one. */
export async function findMembers(source: ByteSource): Promise<FoundMembers> {
  const search = new HeaderSearch(source);
  const archiveId = await findArchiveId(source, search);
  const members: FoundMember[] = [];
  const gaps: Gap[] = [];
  const { sizeBytes } = source;
  let offset = 0;
  for (;;) {
    const last = members.at(-1);
    // What stands behind `end` is no part of this archive, whatever it is.
    const isOver = last?.name === memberNames.end || archiveId === undefined;
    const header = isOver ? undefined : await headerAt(source, offset, archiveId);
    if (header !== undefined) {
      const presentBytes = Math.max(0, Math.min(header.sizeBytes, sizeBytes - offset - blockBytes));
      members.push({ ...header, offset, presentBytes });
      offset += memberBytes(header.sizeBytes);
      continue;
    }
    // Bytes may be missing in the last member: then the next one begins before its end.
    const from = last === undefined ? offset + 1 : last.offset + blockBytes;
    const next = (isOver ? undefined : await search.next(from, archiveId)) ?? sizeBytes;
    if (last !== undefined && next < offset && next < sizeBytes) members.push(cutOff(members.pop()!, next));
    else if (offset < sizeBytes && !(await isTail(source, members, offset)))
      gaps.push({ offset, length: next - offset, before: members.length });
    if (next >= sizeBytes) return { archiveId, members, gaps };
    offset = next;
  }
}

function cutOff(member: FoundMember, at: number): FoundMember {
  return { ...member, presentBytes: Math.min(member.sizeBytes, at - member.offset - blockBytes) };
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
async function findArchiveId(source: ByteSource, search: HeaderSearch): Promise<string | undefined> {
  for (const offset of [0, source.sizeBytes - endMemberBytes]) {
    if (offset < 0 || offset + blockBytes > source.sizeBytes) continue;
    const header = parseMemberHeader(await source.read(offset, blockBytes));
    if (header !== undefined) return header.archiveId;
  }
  const any = await search.next(0, undefined);
  return any === undefined ? undefined : parseMemberHeader(await source.read(any, blockBytes))?.archiveId;
}
