import type { ByteSource } from "../bytes.ts";
import { type SectionName, sectionNames } from "../entry.ts";
import { FormatError } from "../errors.ts";
import { memberBytes, memberNames } from "../member.ts";
import { blockBytes } from "../ustar.ts";
import { type Keys, openHeader } from "../seal/header.ts";
import { type Container, surveyContainer } from "./container.ts";
import { type HoleyStream, StoredPieces, UnsealedPieces } from "./holey-stream.ts";
import { type BadBytes, outerBadBytes, surveySegments } from "./ranges.ts";
import { type EntrySurvey, type SalvageSink, surveySection } from "./section-survey.ts";

export interface SectionSurvey {
  readonly name: SectionName;
  /** Stored bytes here, and when written; undefined where the tail is gone. */
  readonly presentBytes: number;
  readonly expectedBytes: number | undefined;
  readonly bad: readonly BadBytes[];
  /** Undefined for a sealed section that could not be opened. */
  readonly entries: EntrySurvey | undefined;
}

/** All that can be told of a cut or damaged copy. */
export interface Survey {
  readonly container: Container;
  readonly sections: readonly SectionSurvey[];
  /** All bad bytes, by offset. */
  readonly bad: readonly BadBytes[];
  /** Why the sealed section was not opened, though there were keys. */
  readonly keyRefusal: FormatError | undefined;
}

/** Works through a cut or damaged copy to its end. `salvage` is told of every entry that is read on the way. */
export async function surveyArchive(
  source: ByteSource,
  keys: Keys | undefined,
  salvage?: SalvageSink,
): Promise<Survey> {
  const container = await surveyContainer(source);
  const { fileKey, refusal } = await tryKeys(container, keys);
  const sections: SectionSurvey[] = [];
  for (const name of sectionNames)
    sections.push(await surveyOne(source, container, { name, fileKey, salvage }));
  const bad = [...(await outerBadBytes(source, container)), ...sections.flatMap((section) => section.bad)];
  return { container, sections, bad: bad.sort((a, b) => a.offset - b.offset), keyRefusal: refusal };
}

interface SectionJob {
  readonly name: SectionName;
  readonly fileKey: Uint8Array | undefined;
  readonly salvage: SalvageSink | undefined;
}

async function surveyOne(
  source: ByteSource,
  container: Container,
  { name, fileKey, salvage }: SectionJob,
): Promise<SectionSurvey> {
  const segments = container.segments[name];
  const expectedBytes = container.checksums?.[name].storedBytes ?? plainBytesWritten(container, name);
  const { proved, bad, presentBytes } = await surveySegments(source, name, segments);
  const stored = new StoredPieces(source, segments, { sizeBytes: expectedBytes, proved });
  const stream = await openStream(name, stored, fileKey);
  const entries = stream && (await surveySection(name, stream, tiesOf(container), salvage));
  return { name, presentBytes, expectedBytes, bad, entries };
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

function tiesOf({ found, manifestSha256, checksums }: Container): {
  archiveId: string;
  manifestSha256: string;
  plainSegmentsSha256: string;
} {
  return {
    archiveId: found.archiveId ?? "",
    manifestSha256: manifestSha256 ?? checksums?.manifestSha256 ?? "",
    plainSegmentsSha256: checksums?.plain.segmentsSha256 ?? "",
  };
}

async function tryKeys(
  { ageHeader }: Container,
  keys: Keys | undefined,
): Promise<{ fileKey?: Buffer; refusal: FormatError | undefined }> {
  if (keys === undefined || ageHeader === undefined) return { refusal: undefined };
  try {
    return { fileKey: await openHeader(ageHeader, keys), refusal: undefined };
  } catch (cause) {
    if (cause instanceof FormatError) return { refusal: cause };
    throw cause;
  }
}
