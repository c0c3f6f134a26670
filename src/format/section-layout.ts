import { DigestList, type SectionChecksums } from "./checksums.ts";
import type { SectionName } from "./entry.ts";
import { FormatError } from "./errors.ts";
import type { MemberReader } from "./member-reader.ts";
import { firstSegment, memberBytes, parseSegmentName } from "./member.ts";
import { blockBytes, isZero } from "./ustar.ts";

/** Where a section's segments lie in the file. All but the last are full. */
export interface SegmentPlace {
  readonly number: number;
  /** First content byte, in bytes of the file. */
  readonly offset: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface SectionLayout {
  readonly name: SectionName;
  readonly segments: readonly SegmentPlace[];
  readonly storedBytes: number;
  readonly segmentBytes: number;
  /** What the members take in the file, headers and padding included. */
  readonly memberBytes: number;
}

interface SectionStart {
  readonly name: SectionName;
  /** Where the first segment's member begins. */
  readonly start: number;
  readonly segmentBytes: number;
}

/** Follows the segments' headers; every full one has the size that the manifest says. */
export async function readSegments(
  reader: MemberReader,
  at: SectionStart,
  sums: SectionChecksums,
): Promise<SectionLayout> {
  const { name, segmentBytes } = at;
  const digests = new DigestList();
  const segments: SegmentPlace[] = [];
  let offset = at.start;
  let rest = sums.storedBytes;
  for (let index = 0; index < sums.segments; index++) {
    const bytes = Math.min(segmentBytes, rest);
    const segment = await readSegment(reader, offset, {
      section: name,
      number: index + firstSegment(name),
      bytes,
    });
    digests.add(segment.sha256);
    segments.push(segment);
    offset += memberBytes(bytes);
    rest -= bytes;
  }
  if (rest !== 0 || (segments.at(-1)?.bytes ?? 0) === 0) {
    throw new FormatError("bad-member", `the segments of the ${name} section do not add up`);
  }
  if (digests.digest() !== sums.segmentsSha256) {
    throw new FormatError(
      "digest-mismatch",
      `the segments of the ${name} section are not those it was made with`,
    );
  }
  return { name, segments, storedBytes: sums.storedBytes, segmentBytes, memberBytes: offset - at.start };
}

interface ExpectedSegment {
  readonly section: SectionName;
  readonly number: number;
  readonly bytes: number;
}

async function readSegment(
  reader: MemberReader,
  offset: number,
  expected: ExpectedSegment,
): Promise<SegmentPlace> {
  const { section, number, bytes } = expected;
  const member = await reader.header(offset);
  const name = parseSegmentName(member.name);
  if (name?.section !== section || name.number !== number || member.sizeBytes !== bytes) {
    throw new FormatError(
      "bad-member",
      `segment ${number} of the ${section} section is not where or how it should be`,
      {
        place: { section, offset, length: blockBytes },
      },
    );
  }
  const contentOffset = offset + blockBytes;
  const padding = memberBytes(bytes) - blockBytes - bytes;
  if (!isZero(await reader.bytes(contentOffset + bytes, padding))) {
    throw new FormatError("bad-member", `segment ${number} of the ${section} section has dirty padding`);
  }
  return { number, offset: contentOffset, bytes, sha256: name.sha256 };
}
