import type { Checksums, End, SectionChecksums } from "../checksums.ts";
import type { SectionName } from "../entry.ts";
import { limits } from "../limits.ts";
import { endMemberBytes, firstSegment, memberBytes, memberNames, parseSegmentName } from "../member.ts";
import type { FoundMember } from "./members.ts";
import type { NamedSegment } from "./found-segment.ts";

/** What is left that tells where things lie in a whole copy. */
export interface LayoutClues {
  readonly members: readonly FoundMember[];
  readonly named: Readonly<Record<SectionName, readonly NamedSegment[]>>;
  readonly end: End | undefined;
  readonly checksums: Checksums | undefined;
  /** Content bytes of all segments of a section but the last. */
  readonly segmentBytes: number;
}

/** Where the members lie in a whole copy, as far as that follows from what is left: by arithmetic, without reading. */
export class WholeLayout {
  readonly #clues: LayoutClues;
  /** First byte of each section's first segment's member. */
  readonly #starts: Readonly<Record<SectionName, number | undefined>>;
  /** Whether a section's place is known, or only that of its parts to one another. */
  readonly #isSure: Readonly<Record<SectionName, boolean>>;

  constructor(clues: LayoutClues) {
    this.#clues = clues;
    const byTail = startsByTail(clues);
    const isPlainSure = clues.members[0]?.name === memberNames.manifest && clues.members[0].offset === 0;
    this.#isSure = {
      plain: byTail !== undefined || isPlainSure,
      sealed: byTail !== undefined || (isPlainSure && followsPlain(clues)),
    };
    this.#starts = byTail ?? {
      plain: startByMember(clues, memberNames.manifest) ?? startBySegment(clues, "plain"),
      sealed: startByMember(clues, memberNames.header) ?? startBySegment(clues, "sealed"),
    };
  }

  /** Where a segment's member begins. */
  offsetOf(section: SectionName, number: number): number | undefined {
    const start = this.#starts[section];
    const full = memberBytes(this.#clues.segmentBytes);
    return start === undefined ? undefined : start + (number - firstSegment(section)) * full;
  }

  /** Content bytes of a segment; undefined for one that is not known to be there, or not how long it is. */
  sizeOf(section: SectionName, number: number): number | undefined {
    const sums = this.#clues.checksums?.[section];
    const index = number - firstSegment(section);
    if (index < 0) return undefined;
    if (sums === undefined) {
      const last = this.#clues.named[section].at(-1);
      return last !== undefined && number < last.number ? this.#clues.segmentBytes : undefined;
    }
    if (index >= sums.segments) return undefined;
    if (index < sums.segments - 1) return this.#clues.segmentBytes;
    return lastBytes(sums, this.#clues.segmentBytes);
  }

  /** The segment whose member holds a byte of a whole copy, or the first after it, of those that can be told. */
  segmentFrom(section: SectionName, offset: number): number {
    const start = this.#starts[section] ?? offset;
    const index = Math.floor((offset - start) / memberBytes(this.#clues.segmentBytes));
    return firstSegment(section) + Math.max(0, index);
  }

  /** By how many bytes a member lies behind its place in a whole copy; undefined where that place is not known. */
  shiftOf(member: FoundMember): number | undefined {
    const place = this.#placeOf(member.name);
    return place === undefined ? undefined : member.offset - place;
  }

  /** Whether a member is known to lie where it lies in a whole copy. */
  isInPlace(member: FoundMember): boolean {
    const section = parseSegmentName(member.name)?.section;
    const isSure =
      section === undefined
        ? member.name !== memberNames.header || this.#isSure.sealed
        : this.#isSure[section];
    return isSure && this.shiftOf(member) === 0;
  }

  #placeOf(name: string): number | undefined {
    const segment = parseSegmentName(name);
    if (segment !== undefined) return this.offsetOf(segment.section, segment.number);
    const { end } = this.#clues;
    switch (name) {
      case memberNames.manifest:
        return 0;
      case memberNames.header: {
        const sealed = this.#starts.sealed;
        return sealed === undefined ? undefined : sealed - limits.headerRegionBytes;
      }
      case memberNames.checksums:
        return end?.checksums.offset;
      case memberNames.end:
        return end && end.archiveBytes - endMemberBytes;
      default:
        return undefined;
    }
  }
}

/** Content bytes of a section's last segment; undefined where number and sum of the segments do not go together. */
function lastBytes({ segments, storedBytes }: SectionChecksums, segmentBytes: number): number | undefined {
  const last = storedBytes - (segments - 1) * segmentBytes;
  return last > 0 && last <= segmentBytes ? last : undefined;
}

/** All places, counted from the end backwards. */
function startsByTail({
  end,
  checksums,
  segmentBytes,
}: LayoutClues): Record<SectionName, number> | undefined {
  if (end === undefined || checksums === undefined) return undefined;
  const bytesOf = (section: SectionName): number => {
    const last = lastBytes(checksums[section], segmentBytes) ?? Number.NaN;
    return (checksums[section].segments - 1) * memberBytes(segmentBytes) + memberBytes(last);
  };
  const sealed = end.checksums.offset - checksums.extensions.bytes - bytesOf("sealed");
  const plain = sealed - limits.headerRegionBytes - bytesOf("plain");
  return plain > 0 ? { plain, sealed } : undefined;
}

/** Whether the age header stands right behind a plain segment that is all there. */
function followsPlain({ members, named }: LayoutClues): boolean {
  const header = members.find(({ name }) => name === memberNames.header);
  const last = named.plain.at(-1);
  if (header === undefined || last === undefined || last.presentBytes < last.bytes) return false;
  return header.offset === last.headerOffset + memberBytes(last.bytes);
}

/** Counted from the member before a section, which is taken to lie where it should. */
function startByMember({ members }: LayoutClues, name: string): number | undefined {
  const member = members.find((one) => one.name === name);
  if (member === undefined) return undefined;
  return name === memberNames.header
    ? member.offset + limits.headerRegionBytes
    : member.offset + memberBytes(member.sizeBytes);
}

function startBySegment({ named, segmentBytes }: LayoutClues, section: SectionName): number | undefined {
  const first = named[section][0];
  if (first === undefined) return undefined;
  const before = first.number - firstSegment(section);
  const start = first.headerOffset - before * memberBytes(segmentBytes);
  return start > 0 ? start : undefined;
}
