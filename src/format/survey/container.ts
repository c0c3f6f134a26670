import { hash } from "node:crypto";
import type { ByteSource } from "../bytes.ts";
import { type Checksums, type End, parseChecksums, parseEnd } from "../checksums.ts";
import { FormatError } from "../errors.ts";
import { limits } from "../limits.ts";
import { type Manifest, parseManifest } from "../manifest.ts";
import { firstSegment, memberNames } from "../member.ts";
import { blockBytes } from "../ustar.ts";
import { looksLikeStart } from "./header-search.ts";
import { type FoundMember, type FoundMembers, type Gap, findMembers } from "./members.ts";
import { type PlacedSegments, placeSegments } from "./segments.ts";

/** What is left of an archive's outer structure. Whatever is undefined is lost or damaged. */
export interface Container extends PlacedSegments {
  /** False for a file in which nothing of an archive can be recognised. */
  readonly recognised: boolean;
  readonly found: FoundMembers;
  readonly manifest: Manifest | undefined;
  readonly manifestSha256: string | undefined;
  readonly end: End | undefined;
  readonly checksums: Checksums | undefined;
  readonly ageHeader: Buffer | undefined;
  readonly gaps: readonly Gap[];
}

/** Reads all that the outer structure of a cut or damaged copy still tells. Throws only what the source throws. */
export async function surveyContainer(source: ByteSource): Promise<Container> {
  const found = await findMembers(source);
  const reader = new Leftovers(source, found);
  const end = await reader.parsed(memberNames.end, limits.endBytes, parseEnd);
  const checksums = await reader.parsed(
    memberNames.checksums,
    limits.checksumsBytes,
    parseChecksums,
    end?.checksums.sha256,
  );
  const manifestSha256 = checksums?.manifestSha256;
  const manifest = await reader.parsed(
    memberNames.manifest,
    limits.manifestBytes,
    parseManifest,
    manifestSha256,
  );
  const head = await source.read(0, Math.min(blockBytes, source.sizeBytes));
  const placed = placeSegments(found, { end, checksums, segmentBytes: manifest?.segmentBytes });
  return {
    recognised: found.members.length > 0 || looksLikeStart(head),
    found,
    manifest,
    manifestSha256: manifest && (manifestSha256 ?? (await reader.sha256(memberNames.manifest))),
    end,
    checksums,
    ageHeader: await reader.ageHeader(end, ageHeaderPlace(placed)),
    gaps: found.gaps,
    ...placed,
  };
}

/** Where the age header's member begins, by the first sealed segment that was found. */
function ageHeaderPlace({ layout, segments }: PlacedSegments): number | undefined {
  const first = segments.sealed[0];
  const before = first && layout.offsetOf("sealed", first.number);
  const start = layout.offsetOf("sealed", firstSegment("sealed"));
  if (first === undefined || before === undefined || start === undefined) return undefined;
  const place = first.offset - blockBytes - (before - start) - limits.headerRegionBytes;
  return place < 0 ? undefined : place;
}

/** Reads small members where they are whole; what does not parse or fit its digest is as good as lost. */
class Leftovers {
  readonly #source: ByteSource;
  readonly #found: FoundMembers;

  constructor(source: ByteSource, found: FoundMembers) {
    this.#source = source;
    this.#found = found;
  }

  async parsed<T>(
    name: string,
    maxBytes: number,
    parse: (bytes: Buffer) => T,
    sha256?: string,
  ): Promise<T | undefined> {
    const bytes = await this.#content(name, maxBytes);
    if (bytes === undefined || (sha256 !== undefined && hash("sha256", bytes, "hex") !== sha256))
      return undefined;
    try {
      return parse(bytes);
    } catch (cause) {
      if (cause instanceof FormatError) return undefined;
      throw cause;
    }
  }

  async sha256(name: string): Promise<string | undefined> {
    const bytes = await this.#content(name, limits.manifestBytes);
    return bytes && hash("sha256", bytes, "hex");
  }

  /** Also where its member header is gone: then its place follows from the rest, and `end` knows its digest. */
  async ageHeader(end: End | undefined, place: number | undefined): Promise<Buffer | undefined> {
    const named = await this.#content(memberNames.header, limits.headerRegionBytes);
    if (end === undefined) return named;
    const candidates = [
      named,
      place === undefined ? undefined : await this.#read(place + blockBytes, end.header.bytes),
    ];
    return candidates.find(
      (bytes) => bytes !== undefined && hash("sha256", bytes, "hex") === end.header.sha256,
    );
  }

  async #content(name: string, maxBytes: number): Promise<Buffer | undefined> {
    const member = this.#found.members.find((one) => one.name === name);
    if (member === undefined || member.presentBytes < member.sizeBytes || member.sizeBytes > maxBytes)
      return undefined;
    return this.#read(contentOffset(member), member.sizeBytes);
  }

  async #read(offset: number, length: number): Promise<Buffer | undefined> {
    return offset + length <= this.#source.sizeBytes ? this.#source.read(offset, length) : undefined;
  }
}

function contentOffset(member: FoundMember): number {
  return member.offset + blockBytes;
}
