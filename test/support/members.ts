import { hash } from "node:crypto";
import { DigestList, encodeEnd } from "../../src/format/checksums.ts";
import { type JsonValue, encodeCanonical } from "../../src/format/canonical-json.ts";
import type { SectionName } from "../../src/format/entry.ts";
import { paddingAfter } from "../../src/format/inner-tar.ts";
import {
  encodeMemberHeader,
  firstSegment,
  memberBytes,
  memberNames,
  outerTailBytes,
  parseMemberHeader,
  parseSegmentName,
  segmentMemberName,
} from "../../src/format/member.ts";
import type { ArchiveId } from "../../src/format/schema.ts";
import { blockBytes } from "../../src/format/ustar.ts";

/** One member of the outer tar; `header` and `padding` replace what name, id and content lead to. */
export interface Member {
  readonly name: string;
  readonly archiveId: string;
  readonly content: Buffer;
  readonly header?: Buffer;
  readonly padding?: Buffer;
}

/** The members of a whole archive, in order. */
export function membersOf(bytes: Buffer): Member[] {
  const members: Member[] = [];
  for (let at = 0; at < bytes.length - outerTailBytes;) {
    const header = parseMemberHeader(bytes.subarray(at, at + blockBytes))!;
    const content = bytes.subarray(at + blockBytes, at + blockBytes + header.sizeBytes);
    members.push({ name: header.name, archiveId: header.archiveId, content });
    at += memberBytes(header.sizeBytes);
  }
  return members;
}

/** Where the member of that name begins in the file. */
export function offsetOf(bytes: Buffer, name: string | RegExp): number {
  let at = 0;
  for (const member of membersOf(bytes)) {
    if (typeof name === "string" ? member.name === name : name.test(member.name)) return at;
    at += memberBytes(member.content.length);
  }
  throw new RangeError(`there is no member ${name}`);
}

export function encodeMember({ name, archiveId, content, header, padding }: Member): Buffer {
  const id = archiveId as ArchiveId;
  return Buffer.concat([
    header ?? encodeMemberHeader({ name, archiveId: id, sizeBytes: content.length }),
    content,
    padding ?? Buffer.alloc(paddingAfter(content.length)),
  ]);
}

/** The segments of a stored stream. */
export function segmentsOf(
  section: SectionName,
  stored: Buffer,
  { archiveId, segmentBytes }: { archiveId: string; segmentBytes: number },
): Member[] {
  const members: Member[] = [];
  for (let at = 0; at < stored.length; at += segmentBytes) {
    const content = stored.subarray(at, at + segmentBytes);
    const number = members.length + firstSegment(section);
    members.push({ name: segmentName(section, number, content), archiveId, content });
  }
  return members;
}

export function segmentName(section: SectionName, number: number, content: Buffer): string {
  return segmentMemberName({ section, number, sha256: hash("sha256", content, "hex") });
}

type Json = { [key: string]: JsonValue };
export interface OuterBends {
  /** Changes the members before checksums.json, in place or by giving others. */
  readonly members?: (members: Member[]) => Member[] | void;
  readonly checksums?: (checksums: Json) => void;
  /** Changes the content of checksums.json as it is written. */
  readonly checksumsBytes?: (content: Buffer) => Buffer;
  /** Given the members between checksums.json and end. */
  readonly signature?: (checksums: Buffer) => Member[];
  readonly end?: (end: Json) => void;
  /** Changes the content of `end` as it is written. */
  readonly endBytes?: (content: Buffer) => Buffer;
}

const tailNames: ReadonlySet<string> = new Set([
  memberNames.checksums,
  memberNames.signature,
  memberNames.end,
]);

/** An archive with something bent outside, and every digest, length and place recomputed to fit. */
export function remade(bytes: Buffer, bends: OuterBends): Buffer {
  const members = membersOf(bytes).filter(({ name }) => !tailNames.has(name));
  return joined(bends.members?.(members) ?? members, bends);
}

/** An archive of these members, with the checksums, end and zero blocks that belong to them. */
export function joined(members: readonly Member[], bends: Omit<OuterBends, "members"> = {}): Buffer {
  const { archiveId } = members[0]!;
  const body = Buffer.concat(members.map((member) => encodeMember(member)));
  const checksums = checksumsOf(members) as Json;
  bends.checksums?.(checksums);
  const canonical = Buffer.from(encodeCanonical(checksums));
  const checksumsBytes = bends.checksumsBytes?.(canonical) ?? canonical;
  const tail = [{ name: memberNames.checksums, archiveId, content: checksumsBytes }] as Member[];
  tail.push(...(bends.signature?.(checksumsBytes) ?? []));
  const tailBytes = Buffer.concat(tail.map((member) => encodeMember(member)));
  const header = members.find(({ name }) => name === memberNames.header)!.content;
  const end: Json = {
    archiveId,
    archiveBytes: body.length + tailBytes.length + memberBytes(blockBytes) + outerTailBytes,
    checksums: {
      bytes: checksumsBytes.length,
      offset: body.length,
      sha256: hash("sha256", checksumsBytes, "hex"),
    },
    header: { bytes: header.length, sha256: hash("sha256", header, "hex") },
  };
  bends.end?.(end);
  const endContent = encodeEnd(end as unknown as Parameters<typeof encodeEnd>[0]);
  const endMember = { name: memberNames.end, archiveId, content: bends.endBytes?.(endContent) ?? endContent };
  return Buffer.concat([body, tailBytes, encodeMember(endMember), Buffer.alloc(outerTailBytes)]);
}

function checksumsOf(members: readonly Member[]): JsonValue {
  const extensions = Buffer.concat(
    members.filter(({ name }) => name.startsWith("ext/")).map((member) => encodeMember(member)),
  );
  return {
    archiveId: members[0]!.archiveId,
    extensions: { bytes: extensions.length, sha256: hash("sha256", extensions, "hex") },
    manifestSha256: hash("sha256", members[0]!.content, "hex"),
    plain: sumsOf(members, "plain"),
    sealed: sumsOf(members, "sealed"),
  };
}

function sumsOf(members: readonly Member[], section: SectionName): JsonValue {
  const digests = new DigestList();
  let storedBytes = 0;
  for (const { name, content } of members) {
    const segment = parseSegmentName(name);
    if (segment?.section !== section) continue;
    digests.add(segment.sha256);
    storedBytes += content.length;
  }
  return { segments: digests.count, segmentsSha256: digests.digest(), storedBytes };
}
