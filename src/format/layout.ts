import type { ByteSource } from "./bytes.ts";
import { MemberReader, checkDigest } from "./member-reader.ts";
import type { Checksums, End } from "./checksums.ts";
import { displayBytes } from "./entry-path.ts";
import { FormatError } from "./errors.ts";
import { limits } from "./limits.ts";
import { type Manifest, parseManifest } from "./manifest.ts";
import { endMemberBytes, memberBytes, memberNames } from "./member.ts";
import { type SectionLayout, readSegments } from "./section-layout.ts";
import { readTail } from "./tail.ts";
import { type HeaderSummary, parseAgeHeader } from "./seal/header.ts";
import { verifyDetached } from "./sshsig.ts";
import { blockBytes, isZero } from "./ustar.ts";

/** The structure of a whole archive, proved without reading its content (verdict `complete`). */
export interface Layout {
  readonly manifest: Manifest;
  readonly checksums: Checksums;
  readonly end: End;
  readonly plain: SectionLayout;
  readonly sealed: SectionLayout;
  /** The age header, its digest proved. */
  readonly ageHeader: Buffer;
  readonly ageSummary: HeaderSummary;
  /** The signer whose signature holds, or undefined where the archive is not signed. */
  readonly signer: string | undefined;
  /** Members of optional extensions: their bytes in the file. */
  readonly extensions: { readonly offset: number; readonly bytes: number };
}

/** Reads the layout of a whole archive, front and back. Throws a FormatError for anything that is not exactly right. */
export async function readLayout(source: ByteSource): Promise<Layout> {
  const { end, checksums, checksumsBytes } = await readTail(source);
  const reader = new MemberReader(source, end.archiveId);
  const manifestBytes = await reader.named(0, memberNames.manifest, undefined, limits.manifestBytes);
  checkDigest(manifestBytes, checksums.manifestSha256, memberNames.manifest);
  const manifest = parseManifest(manifestBytes);
  if (manifest.archiveId !== end.archiveId || checksums.archiveId !== end.archiveId) {
    throw new FormatError("unbound", "the members of the archive name different archives");
  }
  const { segmentBytes } = manifest;
  const start = memberBytes(manifestBytes.length);
  const plain = await readSegments(reader, { name: "plain", start, segmentBytes }, checksums.plain);
  const headerAt = start + plain.memberBytes;
  const { ageHeader, ageSummary } = await readHeaderRegion(reader, headerAt, end);
  const sealedAt = headerAt + limits.headerRegionBytes;
  const sealed = await readSegments(
    reader,
    { name: "sealed", start: sealedAt, segmentBytes },
    checksums.sealed,
  );
  const extensions = { offset: sealedAt + sealed.memberBytes, bytes: checksums.extensions.bytes };
  await checkExtensions(reader, manifest, extensions, end.checksums.offset);
  const signer = await readSignature(reader, manifest, { end, checksumsBytes });
  return { manifest, checksums, end, plain, sealed, ageHeader, ageSummary, signer, extensions };
}

/** The age header, and the zeros after it up to the first sealed segment. */
async function readHeaderRegion(
  reader: MemberReader,
  offset: number,
  { header }: End,
): Promise<{ ageHeader: Buffer; ageSummary: HeaderSummary }> {
  const ageHeader = await reader.named(offset, memberNames.header, header.bytes, limits.headerRegionBytes);
  checkDigest(ageHeader, header.sha256, memberNames.header);
  const padAt = memberBytes(ageHeader.length);
  const padBytes = limits.headerRegionBytes - padAt - blockBytes;
  if (padBytes < 0) throw new FormatError("limit-exceeded", "the age header is larger than its region");
  if (!isZero(await reader.named(offset + padAt, memberNames.pad, padBytes))) {
    const place = { offset: offset + padAt + blockBytes, length: padBytes };
    throw new FormatError("bad-member", "the pad after the age header is not zero", { place });
  }
  const { headerBytes, summary } = parseAgeHeader(ageHeader);
  if (headerBytes !== ageHeader.length)
    throw new FormatError("bad-age-header", "something follows the age header");
  return { ageHeader, ageSummary: summary };
}

/** Members of announced extensions fill the space up to checksums.json exactly. Their content is not looked at. */
async function checkExtensions(
  reader: MemberReader,
  manifest: Manifest,
  region: Layout["extensions"],
  until: number,
): Promise<void> {
  let offset = region.offset;
  let previous = "";
  for (let count = 1; offset < until; count++) {
    const member = await reader.header(offset);
    checkExtensionName(member.name, previous, manifest);
    if (count > limits.extensionMembers)
      throw new FormatError("limit-exceeded", "the archive has too many extension members");
    const next = offset + memberBytes(member.sizeBytes);
    const contentEnd = offset + blockBytes + member.sizeBytes;
    if (!isZero(await reader.bytes(contentEnd, next - contentEnd)))
      throw new FormatError("bad-member", `${displayBytes(member.name)} has dirty padding`);
    previous = member.name;
    offset = next;
  }
  if (offset !== until || region.offset + region.bytes !== until) {
    throw new FormatError("bad-member", "the members of the archive do not join up", {
      place: { offset: region.offset },
    });
  }
}

/** In rising order, so that none stands twice. */
function checkExtensionName(name: string, previous: string, { optional }: Manifest): void {
  const [, feature, file] = /^ext\/([^/]+)\/([A-Za-z0-9_-][A-Za-z0-9._-]*)$/.exec(name) ?? [];
  const isAnnounced = feature !== undefined && file !== undefined && optional.includes(feature);
  if (isAnnounced && name > previous) return;
  const why = isAnnounced ? "out of order" : "not announced";
  throw new FormatError("bad-member", `the archive has a member that is ${why}: ${displayBytes(name)}`);
}

/** A present signature is always checked; one that the manifest announces must be there. */
async function readSignature(
  reader: MemberReader,
  { signer }: Manifest,
  tail: { end: End; checksumsBytes: Buffer },
): Promise<string | undefined> {
  const { end, checksumsBytes } = tail;
  const offset = end.checksums.offset + memberBytes(end.checksums.bytes);
  const endAt = end.archiveBytes - endMemberBytes;
  if (offset === endAt) {
    if (signer === null) return undefined;
    throw new FormatError("no-signature", "the archive says that it is signed, but its signature is gone");
  }
  const signature = await reader.named(offset, memberNames.signature, undefined, limits.signatureBytes);
  if (offset + memberBytes(signature.length) !== endAt)
    throw new FormatError("bad-member", "something stands between signature and end");
  if (signer === null)
    throw new FormatError("bad-signature", "the archive has a signature that its manifest does not announce");
  verifyDetached(signature, checksumsBytes, signer);
  return signer;
}
