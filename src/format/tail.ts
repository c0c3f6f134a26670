import type { ByteSource } from "./bytes.ts";
import { type Checksums, type End, parseChecksums, parseEnd } from "./checksums.ts";
import { FormatError, type FormatErrorCode } from "./errors.ts";
import { limits } from "./limits.ts";
import { parseManifest } from "./manifest.ts";
import { MemberReader, checkDigest } from "./member-reader.ts";
import { type MemberHeader, endMemberBytes, memberBytes, memberNames, parseMemberHeader } from "./member.ts";
import type { ArchiveId } from "./schema.ts";
import { blockBytes, isZero } from "./ustar.ts";

/** What the end of an archive tells: where to begin reading (specification § Opening). */
export interface Tail {
  readonly end: End;
  readonly checksums: Checksums;
  readonly checksumsBytes: Buffer;
}

/** Reads `end` and checksums.json. Throws `newer-format` and `unknown-critical` where another version ends otherwise. */
export async function readTail(source: ByteSource): Promise<Tail> {
  try {
    return await readOwnTail(source);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    await refuseForeignVersion(source);
    throw lengthCodes.has(cause.code) ? await wrongLength(source, cause) : cause;
  }
}

const lengthCodes: ReadonlySet<FormatErrorCode> = new Set(["truncated", "part-missing", "trailing-data"]);

/**
 * What is wrong with a file whose length is not that of its archive. The bytes at its end may belong to another archive:
 * to one that is held in an extension member and after which the file was cut, or to one whose tail was appended.
 */
async function wrongLength(source: ByteSource, refusal: FormatError): Promise<FormatError> {
  const first = await headerAt(source, 0);
  if (first === undefined) return refusal;
  const bytes = await lengthByMembers(source, first.archiveId);
  if (bytes !== undefined && bytes < source.sizeBytes)
    return trailingData({ offset: bytes, length: source.sizeBytes - bytes });
  const last = await headerAt(source, source.sizeBytes - endMemberBytes);
  const isForeign = last !== undefined && last.archiveId !== first.archiveId;
  return isForeign ? new FormatError("truncated", "the archive has no end") : refusal;
}

export function trailingData(place: { readonly offset: number; readonly length: number }): FormatError {
  return new FormatError("trailing-data", `${place.length} bytes follow the end of the archive`, { place });
}

/** Follows the members from the first to an `end` that says to be the end just where it is. */
async function lengthByMembers(source: ByteSource, archiveId: ArchiveId): Promise<number | undefined> {
  for (let offset = 0; ;) {
    const header = await headerAt(source, offset);
    if (header?.archiveId !== archiveId) return undefined;
    if (header.name === memberNames.end) return lengthByEnd(source, offset);
    offset += memberBytes(header.sizeBytes);
  }
}

async function lengthByEnd(source: ByteSource, offset: number): Promise<number | undefined> {
  const until = offset + endMemberBytes;
  if (until > source.sizeBytes) return undefined;
  try {
    const end = parseEndMember(await source.read(offset, endMemberBytes), offset);
    return end.archiveBytes === until ? until : undefined;
  } catch (cause) {
    if (cause instanceof FormatError) return undefined;
    throw cause;
  }
}

async function headerAt(source: ByteSource, offset: number): Promise<MemberHeader | undefined> {
  if (offset < 0 || offset + blockBytes > source.sizeBytes) return undefined;
  return parseMemberHeader(await source.read(offset, blockBytes));
}

async function readOwnTail(source: ByteSource): Promise<Tail> {
  const end = await readEnd(source);
  const reader = new MemberReader(source, end.archiveId);
  const checksumsBytes = await reader.named(end.checksums.offset, memberNames.checksums, end.checksums.bytes);
  checkDigest(checksumsBytes, end.checksums.sha256, memberNames.checksums);
  return { end, checksums: parseChecksums(checksumsBytes), checksumsBytes };
}

/**
 * Another format version may end in another way: its manifest, always the first member, says so. Only asked where the
 * tail is not that of this version, so that a flipped bit in a manifest is damage.
 */
async function refuseForeignVersion(source: ByteSource): Promise<void> {
  const member = await headerAt(source, 0);
  const sizeBytes = member?.name === memberNames.manifest ? member.sizeBytes : undefined;
  if (
    sizeBytes === undefined ||
    sizeBytes > limits.manifestBytes ||
    blockBytes + sizeBytes > source.sizeBytes
  )
    return;
  try {
    parseManifest(await source.read(blockBytes, sizeBytes));
  } catch (cause) {
    if (cause instanceof FormatError && cause.verdict === "unsupported") throw cause;
  }
}

async function readEnd(source: ByteSource): Promise<End> {
  if (source.sizeBytes < endMemberBytes) throw new FormatError("truncated", "the archive has no end");
  const offset = source.sizeBytes - endMemberBytes;
  const bytes = await source.read(offset, endMemberBytes);
  const end = parseEndMember(bytes, offset);
  if (end.archiveBytes !== source.sizeBytes) {
    const code = end.archiveBytes > source.sizeBytes ? "part-missing" : "trailing-data";
    throw new FormatError(
      code,
      `the archive has ${source.sizeBytes} bytes; its end says ${end.archiveBytes}`,
    );
  }
  return end;
}

/** The member `end` and the two zero blocks. */
function parseEndMember(bytes: Buffer, offset: number): End {
  const header = parseMemberHeader(bytes.subarray(0, blockBytes));
  if (header?.name !== memberNames.end || header.sizeBytes !== limits.endBytes) {
    throw new FormatError("truncated", "the archive does not end with its end member", { place: { offset } });
  }
  const end = parseEnd(bytes.subarray(blockBytes, blockBytes + limits.endBytes));
  if (!isZero(bytes.subarray(blockBytes + limits.endBytes))) {
    throw new FormatError("bad-member", "the archive does not end with zero blocks", { place: { offset } });
  }
  if (end.archiveId !== header.archiveId) {
    throw new FormatError("unbound", "end names another archive than its header", { place: { offset } });
  }
  return end;
}
