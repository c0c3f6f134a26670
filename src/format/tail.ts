import type { ByteSource } from "./bytes.ts";
import { type Checksums, type End, parseChecksums, parseEnd } from "./checksums.ts";
import { FormatError } from "./errors.ts";
import { limits } from "./limits.ts";
import { parseManifest } from "./manifest.ts";
import { MemberReader, checkDigest } from "./member-reader.ts";
import { endMemberBytes, memberNames, parseMemberHeader } from "./member.ts";
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
    if (cause instanceof FormatError) await refuseForeignVersion(source);
    throw cause;
  }
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
  if (source.sizeBytes < blockBytes) return;
  const member = parseMemberHeader(await source.read(0, blockBytes));
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
  const header = parseMemberHeader(bytes.subarray(0, blockBytes));
  if (header?.name !== memberNames.end || header.sizeBytes !== limits.endBytes) {
    throw new FormatError("truncated", "the archive does not end with its end member", { place: { offset } });
  }
  const end = parseEnd(bytes.subarray(blockBytes, blockBytes + limits.endBytes));
  if (!isZero(bytes.subarray(blockBytes + limits.endBytes))) {
    throw new FormatError("bad-member", "the archive does not end with zero blocks", { place: { offset } });
  }

  if (end.archiveId !== header.archiveId) {
    throw new FormatError("bad-member", "end names another archive than its header", { place: { offset } });
  }
  if (end.archiveBytes !== source.sizeBytes) {
    const code = end.archiveBytes > source.sizeBytes ? "part-missing" : "trailing-data";
    throw new FormatError(
      code,
      `the archive has ${source.sizeBytes} bytes; its end says ${end.archiveBytes}`,
    );
  }
  return end;
}
