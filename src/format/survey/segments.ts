import type { Checksums, End } from "../checksums.ts";
import { type SectionName, sectionNames } from "../entry.ts";
import { limits } from "../limits.ts";
import { firstSegment, memberBytes, parseSegmentName } from "../member.ts";
import { blockBytes } from "../ustar.ts";
import type { FoundSegment, NamedSegment } from "./found-segment.ts";
import { type FoundMember, type FoundMembers, type Gap, memberEnd } from "./members.ts";
import { WholeLayout } from "./whole-layout.ts";

export interface KnownSizes {
  readonly end: End | undefined;
  readonly checksums: Checksums | undefined;
  readonly segmentBytes: number | undefined;
}

export interface PlacedSegments {
  readonly segments: Readonly<Record<SectionName, readonly FoundSegment[]>>;
  readonly layout: WholeLayout;
  /** Members that stand where none of their kind can: out of turn, or for the second time. */
  readonly strays: readonly FoundMember[];
}

/**
 * The segments that are here, by number. Where the header of one is damaged, its place follows by arithmetic, provided
 * that what was found around it lies where it should, or is shifted by the same number of bytes.
 */
export function placeSegments(found: FoundMembers, known: KnownSizes): PlacedSegments {
  const named = { plain: namedSegments("plain", found), sealed: namedSegments("sealed", found) };
  const largest = Math.max(0, ...sectionNames.map((name) => sizeOfFull(named[name])));
  const segmentBytes = known.segmentBytes ?? largest;
  const layout = new WholeLayout({
    members: found.members,
    named,
    end: known.end,
    checksums: known.checksums,
    segmentBytes,
  });
  const streamOffset = (section: SectionName, number: number): number =>
    (number - firstSegment(section)) * segmentBytes;
  const all = (section: SectionName): FoundSegment[] =>
    [...named[section], ...lostSegments(section, found, layout)]
      .map((segment) => ({ ...segment, streamOffset: streamOffset(section, segment.number) }))
      .sort((a, b) => a.number - b.number);
  return {
    segments: { plain: all("plain"), sealed: all("sealed") },
    layout,
    strays: straysOf(found, named),
  };
}

function sizeOfFull(segments: readonly NamedSegment[]): number {
  let largest = 0;
  for (const { bytes } of segments) largest = Math.max(largest, bytes);
  return largest;
}

/** In file order, each number higher than all before it: what comes out of turn is not believed. */
function namedSegments(section: SectionName, found: FoundMembers): NamedSegment[] {
  const segments: NamedSegment[] = [];
  for (const member of found.members) {
    const name = parseSegmentName(member.name);
    if (
      name?.section !== section ||
      name.number <= (segments.at(-1)?.number ?? -1) ||
      name.number < firstSegment(section) ||
      member.sizeBytes > limits.segmentBytesMax
    )
      continue;
    segments.push({
      number: name.number,
      sha256: name.sha256,
      headerOffset: member.offset,
      offset: member.offset + blockBytes,
      bytes: member.sizeBytes,
      presentBytes: member.presentBytes,
    });
  }
  return segments;
}

function straysOf(
  { members }: FoundMembers,
  named: Readonly<Record<SectionName, readonly NamedSegment[]>>,
): FoundMember[] {
  const believed = new Set(sectionNames.flatMap((name) => named[name].map((one) => one.headerOffset)));
  const seen = new Set<string>();
  return members.filter((member) => {
    if (parseSegmentName(member.name) !== undefined) return !believed.has(member.offset);
    const isSecond = seen.has(member.name);
    seen.add(member.name);
    return isSecond;
  });
}

type LostSegment = Omit<FoundSegment, "streamOffset">;

/** Segments whose headers are damaged, where their places lie in a gap. */
function lostSegments(section: SectionName, found: FoundMembers, layout: WholeLayout): LostSegment[] {
  const lost: LostSegment[] = [];
  for (const gap of found.gaps) {
    const shift = shiftAt(gap, found, layout);
    if (shift === undefined) continue;
    // One may begin before the gap only if its header was found.
    let number = layout.segmentFrom(section, gap.offset - shift);
    for (; ; number++) {
      const bytes = layout.sizeOf(section, number);
      const place = layout.offsetOf(section, number);
      if (bytes === undefined || place === undefined) break;
      const offset = place + shift;
      if (offset < gap.offset) continue;
      const segment = lostSegment(number, bytes, { offset, gap, found });
      if (segment === undefined) break;
      lost.push(segment);
    }
  }
  return lost;
}

/** Undefined where it does not fit into the gap; what reaches beyond the end of the file is cut. */
function lostSegment(
  number: number,
  bytes: number,
  { offset, gap, found }: { offset: number; gap: Gap; found: FoundMembers },
): LostSegment | undefined {
  const end = gap.offset + gap.length;
  const isAtEnd = gap.before === found.members.length;
  const presentBytes = Math.min(bytes, end - offset - blockBytes);
  if (offset + memberBytes(bytes) > end && !(isAtEnd && presentBytes > 0)) return undefined;
  return { number, offset: offset + blockBytes, bytes, presentBytes, sha256: undefined };
}

/** By how many bytes the file is shifted in a gap; undefined where it is not the same before and after it. */
function shiftAt(gap: Gap, { members }: FoundMembers, layout: WholeLayout): number | undefined {
  const previous = members[gap.before - 1];
  const next = members[gap.before];
  const before = previous && layout.shiftOf(previous);
  const after = next && layout.shiftOf(next);
  if (before !== undefined && after !== undefined) return before === after ? before : undefined;
  // A gap that begins before the end of the member that is before it: its content was taken for shorter.
  if (previous !== undefined && memberEnd(previous) > gap.offset) return undefined;
  return before ?? after;
}
