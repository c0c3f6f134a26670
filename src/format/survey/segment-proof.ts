import { hash } from "node:crypto";
import type { ByteSource } from "../bytes.ts";
import { DigestList, type SectionChecksums } from "../checksums.ts";
import type { SectionName } from "../entry.ts";
import { blockBytes } from "../ustar.ts";
import { type BadBytes, type Span, type Spans, spanEnd, zeroRuns } from "./bad-bytes.ts";
import type { FoundSegment } from "./found-segment.ts";

export interface SegmentProofs {
  /** Numbers of the segments whose content is proved by a digest. */
  readonly proved: ReadonlySet<number>;
  /** Stored bytes that are here. */
  readonly presentBytes: number;
}

/**
 * Reads all segments of a section that are here and holds them to the digests in their names. Where a name is lost, the
 * digest list of all of them, if checksums.json is here, proves the content as well.
 */
export async function proveSegments(
  source: ByteSource,
  segments: readonly FoundSegment[],
  sums: SectionChecksums | undefined,
): Promise<SegmentProofs> {
  const proved = new Set<number>();
  const unnamed: number[] = [];
  const list = new DigestList();
  let presentBytes = 0;
  for (const { number, offset, bytes, presentBytes: present, sha256 } of segments) {
    presentBytes += present;
    const actual = present === bytes ? hash("sha256", await source.read(offset, bytes), "hex") : undefined;
    if (actual !== undefined && actual === sha256) proved.add(number);
    if (actual !== undefined && sha256 === undefined) unnamed.push(number);
    list.add(sha256 ?? actual ?? "");
  }
  if (segments.length === sums?.segments && list.digest() === sums.segmentsSha256)
    for (const number of unnamed) proved.add(number);
  return { proved, presentBytes };
}

/** What is wrong in a section's segments. */
export interface SegmentFaults {
  readonly bad: readonly BadBytes[];
  /** All of the file's bytes that are not proved to be right, the bad ones among them. */
  readonly doubtful: readonly Span[];
}

/** What is known besides the segments' digests. */
export interface FinerProof {
  readonly section: SectionName;
  readonly proved: ReadonlySet<number>;
  /** Parts of the stored stream that are whole by a finer proof: age chunks that open, frames whose checksums hold. */
  readonly whole: Spans;
  /** False where there is no finer proof: a sealed section without its key. */
  readonly isFine: boolean;
  /** Where the file ends. */
  readonly fileBytes: number;
}

/** Says which bytes of the segments that are not proved are wrong, as finely as can be told. */
export async function segmentFaults(
  source: ByteSource,
  segments: readonly FoundSegment[],
  finer: FinerProof,
): Promise<SegmentFaults> {
  const bad: BadBytes[] = [];
  const doubtful: Span[] = [];
  for (const segment of segments) {
    if (finer.proved.has(segment.number)) continue;
    if (segment.bytes === 0) {
      // No segment is empty: what is wrong is the header that says so.
      const header = { offset: segment.offset - blockBytes, length: blockBytes };
      bad.push({ section: finer.section, ...header, kind: "damaged" });
      doubtful.push(header);
      continue;
    }
    for (const { isCut, ...span } of doubtfulSpans(segment, finer)) {
      const found = await badIn(source, segment, { span, finer, isCut });
      bad.push(...found);
      if (!isCut || found.length > 0) doubtful.push(span);
    }
  }
  return { bad, doubtful };
}

/** In bytes of the file. `isCut`: up to its end, so that it can neither be proved nor, but for zeros, said to be wrong. */
function doubtfulSpans(segment: FoundSegment, finer: FinerProof): (Span & { isCut: boolean })[] {
  const { offset, streamOffset, bytes, presentBytes, sha256 } = segment;
  const present = { offset: streamOffset, length: presentBytes };
  const spans = finer.whole.without(present);
  // All frames decode and yet a byte is wrong: one that does not change what they decode to.
  const isHidden = presentBytes === bytes && spans.length === 0 && sha256 !== undefined;
  const isCutByFile = presentBytes < bytes && offset + presentBytes >= finer.fileBytes;
  return (isHidden ? [present] : spans).map((span) => ({
    offset: span.offset - streamOffset + offset,
    length: span.length,
    isCut: isCutByFile && (!finer.isFine || spanEnd(span) === spanEnd(present)),
  }));
}

async function badIn(
  source: ByteSource,
  { sha256 }: FoundSegment,
  { span, finer, isCut }: { span: Span; finer: FinerProof; isCut: boolean },
): Promise<BadBytes[]> {
  const { section, isFine } = finer;
  const runs = zeroRuns(await source.read(span.offset, span.length));
  if (runs.length > 0)
    return runs.map(({ offset, length }) => ({
      section,
      offset: span.offset + offset,
      length,
      kind: "zero-filled",
    }));
  // Without its digest nothing but zeros can be told from what was written.
  return isCut || (sha256 === undefined && !isFine) ? [] : [{ section, ...span, kind: "damaged" }];
}
