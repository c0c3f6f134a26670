import { ArchiveId } from "./schema.ts";
import { limits } from "./limits.ts";
import type { SectionName } from "./entry.ts";
import { blockBytes, padded, readField, readOctal, writeUstar } from "./ustar.ts";

/** A member of the outer tar (specification § Outer tar). */
export interface MemberHeader {
  readonly name: string;
  readonly archiveId: ArchiveId;
  /** Content bytes. */
  readonly sizeBytes: number;
}

export const memberNames = {
  manifest: "manifest.json",
  header: "sealed/000000",
  pad: "pad",
  checksums: "checksums.json",
  signature: "checksums.sig",
  end: "end",
} as const;

/** The file ends with two zero blocks. */
export const outerTailBytes = 2 * blockBytes;
/** From the start of `end`'s header to the end of the file. */
export const endMemberBytes = blockBytes + limits.endBytes + outerTailBytes;

export function encodeMemberHeader({ name, archiveId, sizeBytes }: MemberHeader): Buffer {
  const block = Buffer.alloc(blockBytes);
  const fixed = { mode: 0o644, uid: 0, gid: 0, mtime: 0, typeflag: "0", linkname: "", gname: "" };
  writeUstar({ name, size: sizeBytes, uname: archiveId, ...fixed }, block, 0);
  return block;
}

/** The member a block announces, or undefined where the block is not the one encoding of a member header. */
export function parseMemberHeader(block: Buffer): MemberHeader | undefined {
  const sizeBytes = readOctal(block, 124, 11);
  const archiveId = ArchiveId.safeParse(readField(block, 265, 32));
  if (sizeBytes === undefined || !archiveId.success) return undefined;
  const member = { name: readField(block, 0, 100), archiveId: archiveId.data, sizeBytes };
  return encodeMemberHeader(member).equals(block) ? member : undefined;
}

/** Bytes a member takes in the file. */
export function memberBytes(sizeBytes: number): number {
  return blockBytes + padded(sizeBytes);
}

export interface SegmentName {
  readonly section: SectionName;
  readonly number: number;
  readonly sha256: string;
}

export function segmentMemberName({ section, number, sha256 }: SegmentName): string {
  return `${section}/${String(number).padStart(6, "0")}.${sha256}`;
}

export function parseSegmentName(name: string): SegmentName | undefined {
  const match = /^(plain|sealed)\/(\d{6})\.([0-9a-f]{64})$/.exec(name);
  if (match === null) return undefined;
  return { section: match[1] as SectionName, number: Number(match[2]), sha256: match[3]! };
}

/** The number of a section's first segment: 0 of plain; 1 of sealed, whose 0 is the age header. */
export function firstSegment(section: SectionName): number {
  return section === "plain" ? 0 : 1;
}
