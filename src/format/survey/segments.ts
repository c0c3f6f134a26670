import type { Checksums } from "../checksums.ts";
import type { SectionName } from "../entry.ts";
import { firstSegment, memberBytes, parseSegmentName } from "../member.ts";
import { limits } from "../limits.ts";
import { blockBytes } from "../ustar.ts";
import type { FoundMembers, Gap } from "./members.ts";

/** A segment as far as it is here. */
export interface FoundSegment {
  readonly number: number;
  /** First byte of its content in the section's stored stream. */
  readonly streamOffset: number;
  /** First content byte in the file. */
  readonly offset: number;
  /** Content bytes it had when written. */
  readonly bytes: number;
  /** Of those, how many the file reaches. */
  readonly presentBytes: number;
  /** From its name; undefined where the header is damaged and the place was inferred from its neighbours. */
  readonly sha256: string | undefined;
}

export interface KnownSizes {
  readonly checksums: Checksums | undefined;
  readonly segmentBytes: number | undefined;
}

/**
 * The segments of a section that are here, by number. All but the last have one size, so that the place of one whose
 * header is damaged follows from its neighbours: a gap that is exactly as long as the segments missing in it.
 */
export function placeSegments(section: SectionName, found: FoundMembers, known: KnownSizes): FoundSegment[] {
  const named = namedSegments(section, found);
  const segmentBytes = known.segmentBytes ?? Math.max(0, ...named.map((segment) => segment.bytes));
  const placed = named.map((segment) => ({
    ...segment,
    streamOffset: (segment.number - firstSegment(section)) * segmentBytes,
  }));
  return [...placed, ...inferSegments(section, found, { ...known, segmentBytes })].sort(
    (a, b) => a.number - b.number,
  );
}

/** In file order, each number higher than all before it: what comes out of turn is not believed. */
function namedSegments(section: SectionName, found: FoundMembers): Omit<FoundSegment, "streamOffset">[] {
  const segments: Omit<FoundSegment, "streamOffset">[] = [];
  for (const member of found.members) {
    const name = parseSegmentName(member.name);
    if (
      name?.section !== section ||
      name.number <= (segments.at(-1)?.number ?? -1) ||
      name.number < firstSegment(section) ||
      member.sizeBytes > limits.segmentBytesMax
    )
      continue;
    const { number, sha256 } = name;
    const place = {
      offset: member.offset + blockBytes,
      bytes: member.sizeBytes,
      presentBytes: member.presentBytes,
    };
    segments.push({ number, sha256, ...place });
  }
  return segments;
}

function inferSegments(
  section: SectionName,
  found: FoundMembers,
  known: KnownSizes & { segmentBytes: number },
): FoundSegment[] {
  const inferred: FoundSegment[] = [];
  for (const gap of found.gaps) {
    const numbers = missingNumbers(section, found, { gap, known });
    const sizes = numbers.map((number) => segmentSize(section, number, known));
    const length = sizes.reduce((sum, bytes) => sum + memberBytes(bytes), 0);
    if (numbers.length === 0 || length !== gap.length) continue;
    let offset = gap.offset;
    for (const [at, number] of numbers.entries()) {
      const bytes = sizes[at]!;
      const streamOffset = (number - firstSegment(section)) * known.segmentBytes;
      inferred.push({
        number,
        streamOffset,
        offset: offset + blockBytes,
        bytes,
        presentBytes: bytes,
        sha256: undefined,
      });
      offset += memberBytes(bytes);
    }
  }
  return inferred;
}

/** The numbers that should stand between the members around a gap. */
function missingNumbers(
  section: SectionName,
  found: FoundMembers,
  { gap, known }: { gap: Gap; known: KnownSizes },
): number[] {
  const previous = found.members[gap.before - 1];
  const next = found.members[gap.before];
  const previousName = previous && parseSegmentName(previous.name);
  const nextName = next && parseSegmentName(next.name);
  if (previousName !== undefined && previousName.section !== section) return [];
  const opener = section === "plain" ? "manifest.json" : "pad";
  if (previousName === undefined && previous?.name !== opener) return [];
  const from = previousName === undefined ? firstSegment(section) : previousName.number + 1;
  const total = known.checksums && known.checksums[section].segments + firstSegment(section);
  const to = nextName?.section === section ? nextName.number : (total ?? from);
  // More than the gap can hold are not worth counting out.
  const count = (to - from) * memberBytes(1) > gap.length ? 0 : Math.max(0, to - from);
  return Array.from({ length: count }, (_, index) => from + index);
}

function segmentSize(
  section: SectionName,
  number: number,
  { checksums, segmentBytes }: KnownSizes & { segmentBytes: number },
): number {
  const sums = checksums?.[section];
  const index = number - firstSegment(section);
  if (sums === undefined || index < sums.segments - 1) return segmentBytes;
  return sums.storedBytes - (sums.segments - 1) * segmentBytes;
}
