import type { ByteSource } from "../bytes.ts";
import { type SectionName, sectionNames } from "../entry.ts";
import { FormatError } from "../errors.ts";
import { memberBytes, memberNames } from "../member.ts";
import type { SectionTies } from "../section-reader.ts";
import { type Keys, openHeader } from "../seal/header.ts";
import { nonceBytes } from "../seal/payload.ts";
import { blockBytes } from "../ustar.ts";
import { type BadBytes, type Span, Spans, joined } from "./bad-bytes.ts";
import { type Container, surveyContainer } from "./container.ts";
import { type HoleyStream, StoredPieces, UnsealedPieces } from "./holey-stream.ts";
import { outerFaults } from "./outer-faults.ts";
import { type CopyRange, copyAgain } from "./repair.ts";
import { type EntrySurvey, type SalvageSink, surveySection } from "./section-survey.ts";
import type { FoundSegment } from "./found-segment.ts";
import { type SegmentProofs, proveSegments, segmentFaults } from "./segment-proof.ts";

export interface SectionSurvey {
  readonly name: SectionName;
  /** Stored bytes here, and when written; undefined where the tail is gone. */
  readonly presentBytes: number;
  readonly expectedBytes: number | undefined;
  readonly bad: readonly BadBytes[];
  /** Undefined for a sealed section that could not be opened. */
  readonly entries: EntrySurvey | undefined;
  /** The stored byte at which the search for what is still readable was given up; undefined if it went to the end. */
  readonly searchGaveUpAt: number | undefined;
}

/** Why a sealed section was not opened, though there were keys. */
export type Unopened = "no-age-header" | "no-nonce" | FormatError;

/** All that can be told of a cut or damaged copy. */
export interface Survey {
  readonly container: Container;
  readonly sections: readonly SectionSurvey[];
  /** All bad bytes, by offset. */
  readonly bad: readonly BadBytes[];
  /** What of a whole copy to put over the same bytes here. */
  readonly copyAgain: readonly CopyRange[];
  readonly unopened: Unopened | undefined;
}

/** Works through a cut or damaged copy to its end. `salvage` is told of every entry that is read on the way. */
export async function surveyArchive(
  source: ByteSource,
  keys: Keys | undefined,
  salvage?: SalvageSink,
): Promise<Survey> {
  const container = await surveyContainer(source);
  const { fileKey, refusal } = await tryKeys(container, keys);
  const sections: (SectionSurvey & { doubtful: readonly Span[]; isOpen: boolean })[] = [];
  for (const name of sectionNames)
    sections.push(await surveyOne(source, container, { name, fileKey, salvage }));
  const bad = [...(await outerFaults(source, container)), ...sections.flatMap((section) => section.bad)];
  const doubtful = sections.flatMap((section) => section.doubtful);
  const isOpen = sections.every((section) => section.isOpen);
  return {
    container,
    sections,
    bad: bad.sort((a, b) => a.offset - b.offset),
    copyAgain: copyAgain(container, { bad, doubtful, fileBytes: source.sizeBytes }),
    unopened: refusal ?? (keys === undefined || isOpen ? undefined : "no-nonce"),
  };
}

interface Job {
  readonly name: SectionName;
  readonly fileKey: Uint8Array | undefined;
  readonly salvage: SalvageSink | undefined;
}

async function surveyOne(
  source: ByteSource,
  container: Container,
  { name, fileKey, salvage }: Job,
): Promise<SectionSurvey & { doubtful: readonly Span[]; isOpen: boolean }> {
  const segments = container.segments[name];
  const expectedBytes = container.checksums?.[name].storedBytes ?? plainBytesWritten(container, name);
  const proofs = await proveSegments(source, segments, container.checksums?.[name]);
  const stored = new StoredPieces(source, segments, { sizeBytes: expectedBytes, proved: proofs.proved });
  const stream = await openStream(name, stored, fileKey);
  const planned = name === "plain" ? container.manifest?.plannedPlain : undefined;
  const found = stream && (await surveySection(stream, { name, ties: tiesOf(container), planned, salvage }));
  const whole =
    stream instanceof UnsealedPieces
      ? await wholeChunks(stream, segments, { proofs, isRead: found!.whole.all.length > 0 })
      : found?.whole;
  const isFine = stream !== undefined;
  const faults = await segmentFaults(source, segments, {
    section: name,
    proved: proofs.proved,
    whole: whole ?? new Spans(),
    isFine,
    fileBytes: source.sizeBytes,
  });
  return {
    name,
    presentBytes: proofs.presentBytes - zeroBytes(faults.bad),
    expectedBytes,
    ...faults,
    entries: found?.entries,
    searchGaveUpAt: found?.search.gaveUpAt,
    isOpen: isFine,
  };
}

function zeroBytes(bad: readonly BadBytes[]): number {
  return bad.reduce((sum, { kind, length }) => sum + (kind === "zero-filled" ? (length ?? 0) : 0), 0);
}

/** Only in the segments that are not proved as a whole. Whatever was read proves the nonce. */
async function wholeChunks(
  stream: UnsealedPieces,
  segments: readonly FoundSegment[],
  { proofs, isRead }: { proofs: SegmentProofs; isRead: boolean },
): Promise<Spans> {
  const whole: Span[] = isRead ? [{ offset: 0, length: nonceBytes }] : [];
  for (const { number, streamOffset, presentBytes } of segments) {
    if (!proofs.proved.has(number))
      whole.push(...(await stream.wholeIn(streamOffset, streamOffset + presentBytes)));
  }
  return joined(whole);
}

/** The age header follows the last plain segment: where both are here, the plain section is known to its end. */
function plainBytesWritten({ found, segments }: Container, name: SectionName): number | undefined {
  const last = segments.plain.at(-1);
  const header = found.members.find((member) => member.name === memberNames.header);
  const isJoined =
    last !== undefined && header?.offset === last.offset - blockBytes + memberBytes(last.bytes);
  return name === "plain" && isJoined ? last.streamOffset + last.bytes : undefined;
}

async function openStream(
  name: SectionName,
  stored: HoleyStream,
  fileKey: Uint8Array | undefined,
): Promise<HoleyStream | undefined> {
  if (name === "plain") return stored;
  return fileKey && UnsealedPieces.open(stored, fileKey);
}

function tiesOf({ found, manifestSha256, checksums }: Container): SectionTies {
  return {
    archiveId: found.archiveId ?? "",
    manifestSha256: manifestSha256 ?? checksums?.manifestSha256 ?? "",
    plainSegmentsSha256: checksums?.plain.segmentsSha256 ?? "",
  };
}

async function tryKeys(
  { ageHeader }: Container,
  keys: Keys | undefined,
): Promise<{ fileKey?: Buffer; refusal: Unopened | undefined }> {
  if (keys === undefined) return { refusal: undefined };
  if (ageHeader === undefined) return { refusal: "no-age-header" };
  try {
    return { fileKey: await openHeader(ageHeader, keys), refusal: undefined };
  } catch (cause) {
    if (cause instanceof FormatError) return { refusal: cause };
    throw cause;
  }
}
