import type { ByteSource } from "../bytes.ts";
import { type SectionName, sectionNames } from "../entry.ts";
import { endMemberBytes, firstSegment, memberBytes, memberNames, parseSegmentName } from "../member.ts";
import { blockBytes } from "../ustar.ts";
import type { Container } from "./container.ts";
import { type SegmentState, segmentState } from "./holey-stream.ts";
import { type FoundMember, memberEnd } from "./members.ts";
import type { FoundSegment } from "./segments.ts";

/** Bytes of the file that are not what they should be; `length` undefined where it is not known how many are gone. */
export interface BadBytes {
  readonly section: SectionName | undefined;
  readonly offset: number;
  readonly length: number | undefined;
  readonly kind: "damaged" | "missing" | "zero-filled" | "trailing";
}

/** Long zero runs do not occur in compressed or encrypted bytes: a copy that was never filled in. */
const zeroRunBytes = 4096;

export interface SegmentsSurvey {
  readonly proved: ReadonlySet<number>;
  readonly bad: readonly BadBytes[];
  /** Stored bytes that are here. */
  readonly presentBytes: number;
}

/** Reads all segments of a section that are here and holds them to their digests. */
export async function surveySegments(
  source: ByteSource,
  section: SectionName,
  segments: readonly FoundSegment[],
): Promise<SegmentsSurvey> {
  const proved = new Set<number>();
  const bad: BadBytes[] = [];
  let presentBytes = 0;
  for (const segment of segments) {
    presentBytes += segment.presentBytes;
    const state: SegmentState = await segmentState(source, segment);
    if (state === "intact") proved.add(segment.number);
    if (state === "damaged" || state === "unnamed")
      bad.push(...(await badBytesOf(source, section, { segment, state })));
  }
  return { proved, bad, presentBytes };
}

async function badBytesOf(
  source: ByteSource,
  section: SectionName,
  { segment, state }: { segment: FoundSegment; state: "damaged" | "unnamed" },
): Promise<BadBytes[]> {
  const content = await source.read(segment.offset, segment.bytes);
  const runs = zeroRuns(content).map(([start, length]) => ({
    section,
    offset: segment.offset + start,
    length,
    kind: "zero-filled" as const,
  }));
  // Without its digest nothing but zeros can be told from what was written.
  return runs.length > 0 || state === "unnamed"
    ? runs
    : [{ section, offset: segment.offset, length: segment.bytes, kind: "damaged" }];
}

/** Start and length of each long run of zeros. */
function zeroRuns(bytes: Buffer): [number, number][] {
  const runs: [number, number][] = [];
  const probe = Buffer.alloc(zeroRunBytes);
  let at = bytes.indexOf(probe);
  while (at !== -1) {
    let end = at + zeroRunBytes;
    while (end < bytes.length && bytes[end] === 0) end++;
    runs.push([at, end - at]);
    at = bytes.indexOf(probe, end);
  }
  return runs;
}

/** Gaps between members, and what became of the tail. */
export async function outerBadBytes(source: ByteSource, container: Container): Promise<BadBytes[]> {
  const { found } = container;
  const bad: BadBytes[] = [];
  for (const { offset, length } of found.gaps) {
    const headers = await lostHeaders(source, container, { offset, length });
    bad.push(...headers);
    if (headers.length > 0 || isCutHeader(container, offset, length)) continue;
    bad.push(
      trailing(container, source) ?? {
        section: undefined,
        offset,
        length,
        kind: await gapKind(source, offset, length),
      },
    );
  }
  return [...bad, ...tailBadBytes(source, container)];
}

/** What follows an archive that is all there. */
function trailing({ found, end }: Container, source: ByteSource): BadBytes | undefined {
  const last = found.members.at(-1);
  if (end === undefined || last?.offset !== end.archiveBytes - endMemberBytes) return undefined;
  const length = source.sizeBytes - end.archiveBytes;
  return length > 0 ? { section: undefined, offset: end.archiveBytes, length, kind: "trailing" } : undefined;
}

/** The headers of segments whose places were inferred inside a gap: there only the header is damaged. */
async function lostHeaders(
  source: ByteSource,
  { segments }: Container,
  { offset, length }: { offset: number; length: number },
): Promise<BadBytes[]> {
  const lost: BadBytes[] = [];
  for (const section of sectionNames) {
    for (const segment of segments[section]) {
      const isInGap = offset < segment.offset && segment.offset < offset + length;
      if (segment.sha256 !== undefined || !isInGap) continue;
      const header = { offset: segment.offset - blockBytes, length: blockBytes };
      const kind = await gapKind(source, header.offset, header.length);
      lost.push({ section, ...header, kind });
    }
  }
  return lost;
}

/** A tail too short for the member it begins: cut, not damaged. */
function isCutHeader({ found }: Container, offset: number, length: number): boolean {
  return (
    length < blockBytes &&
    found.gaps.at(-1)?.offset === offset &&
    found.gaps.at(-1)?.before === found.members.length
  );
}

/** The end member says what should be here; a lost one means a lost tail, unless bytes stand in its place. */
function tailBadBytes(source: ByteSource, container: Container): BadBytes[] {
  const { found, end } = container;
  const { members, gaps } = found;
  const at = { section: undefined, offset: source.sizeBytes };
  const last = members.at(-1);
  if (end !== undefined) {
    const missing = end.archiveBytes - source.sizeBytes;
    if (missing <= 0) return [];
    const isCutAfterEnd = last?.offset === end.archiveBytes - endMemberBytes;
    if (isCutAfterEnd) return [{ ...at, length: missing, kind: "missing" }];
    const lostAt = gaps[0]?.offset ?? firstLostSegment(container);
    if (lostAt !== undefined) return [{ ...at, offset: lostAt, length: missing, kind: "missing" }];
    // All members join up: what is wrong is the length that end gives.
    return [{ ...at, offset: last!.offset, length: memberBytes(last!.sizeBytes), kind: "damaged" }];
  }
  if (last?.name === memberNames.end && last.presentBytes === last.sizeBytes) {
    return [{ ...at, offset: last.offset + blockBytes, length: last.sizeBytes, kind: "damaged" }];
  }
  const tail = gaps.at(-1);
  if (tail?.before === members.length && tail.length >= endMemberBytes) return [];
  return [{ ...at, length: undefined, kind: "missing" }];
}

/** Where the first segment that is not here would begin, in a copy without gaps. */
function firstLostSegment({ found, checksums }: Container): number | undefined {
  for (const section of sectionNames) {
    const opener = section === "plain" ? memberNames.manifest : memberNames.pad;
    const isOfSection = ({ name }: FoundMember): boolean => parseSegmentName(name)?.section === section;
    const members = found.members.filter((member) => member.name === opener || isOfSection(member));
    let next = firstSegment(section);
    let at = members[0] && memberEnd(members[0]);
    for (const member of members.filter(isOfSection)) {
      if (parseSegmentName(member.name)!.number !== next) return at;
      next++;
      at = memberEnd(member);
    }
    if (checksums !== undefined && next - firstSegment(section) < checksums[section].segments) return at;
  }
  return undefined;
}

async function gapKind(source: ByteSource, offset: number, length: number): Promise<BadBytes["kind"]> {
  const step = 1024 * 1024;
  for (let at = 0; at < length; at += step) {
    const bytes = await source.read(offset + at, Math.min(step, length - at));
    if (bytes.some((byte) => byte !== 0)) return "damaged";
  }
  return "zero-filled";
}
