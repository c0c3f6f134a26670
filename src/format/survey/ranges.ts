import type { ByteSource } from "../bytes.ts";
import { type SectionName, sectionNames } from "../entry.ts";
import { endMemberBytes, memberBytes, memberNames } from "../member.ts";
import { blockBytes } from "../ustar.ts";
import type { Container } from "./container.ts";
import { type SegmentState, segmentState } from "./holey-stream.ts";
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
    if (state === "damaged") bad.push(...(await badBytesOf(source, section, segment)));
  }
  return { proved, bad, presentBytes };
}

async function badBytesOf(
  source: ByteSource,
  section: SectionName,
  segment: FoundSegment,
): Promise<BadBytes[]> {
  const content = await source.read(segment.offset, segment.bytes);
  const runs = zeroRuns(content).map(([start, length]) => ({
    section,
    offset: segment.offset + start,
    length,
    kind: "zero-filled" as const,
  }));
  return runs.length > 0
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
    const headers = lostHeaders(container, offset, length);
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
function lostHeaders({ segments }: Container, offset: number, length: number): BadBytes[] {
  return sectionNames.flatMap((section) =>
    segments[section]
      .filter(
        (segment) =>
          segment.sha256 === undefined && offset < segment.offset && segment.offset < offset + length,
      )
      .map((segment) => ({
        section,
        offset: segment.offset - blockBytes,
        length: blockBytes,
        kind: "damaged" as const,
      })),
  );
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
function tailBadBytes(source: ByteSource, { found, end }: Container): BadBytes[] {
  const { members, gaps } = found;
  const at = { section: undefined, offset: source.sizeBytes };
  const last = members.at(-1);
  if (end !== undefined) {
    const missing = end.archiveBytes - source.sizeBytes;
    if (missing <= 0) return [];
    const isCutAfterEnd = last?.offset === end.archiveBytes - endMemberBytes;
    if (isCutAfterEnd) return [{ ...at, length: missing, kind: "missing" }];
    if (gaps.length > 0) return [{ ...at, offset: gaps[0]!.offset, length: missing, kind: "missing" }];
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

async function gapKind(source: ByteSource, offset: number, length: number): Promise<BadBytes["kind"]> {
  const step = 1024 * 1024;
  for (let at = 0; at < length; at += step) {
    const bytes = await source.read(offset + at, Math.min(step, length - at));
    if (bytes.some((byte) => byte !== 0)) return "damaged";
  }
  return "zero-filled";
}
