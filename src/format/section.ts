import { z } from "zod";
import { type JsonValue, encodeCanonical } from "./canonical-json.ts";
import type { SectionName } from "./entry.ts";
import { FormatError } from "./errors.ts";
import { limits } from "./limits.ts";
import { ManifestRoot } from "./manifest.ts";
import { ArchiveId, Count, Sha256, parseJsonAs } from "./schema.ts";
import { blockBytes } from "./ustar.ts";

const common = { archiveId: ArchiveId, manifestSha256: Sha256 };

/** The first control entry of a section: ties it to its archive (specification § section.json). */
export const PlainHeader = z.strictObject({ ...common, section: z.literal("plain") });
export const SealedHeader = z.strictObject({
  ...common,
  section: z.literal("sealed"),
  /** What must not be public: see § Metadata. Readers take what they know. */
  metadata: z.record(z.string(), z.json()),
  /** Roots that manifest.json does not name. */
  roots: z.array(ManifestRoot).max(10_000),
});
export type PlainHeader = z.infer<typeof PlainHeader>;
export type SealedHeader = z.infer<typeof SealedHeader>;
export type SectionHeader = PlainHeader | SealedHeader;

export function encodeSectionHeader(header: SectionHeader): Buffer {
  const bytes = Buffer.from(encodeCanonical(header as JsonValue));
  if (blockBytes + bytes.length > limits.sectionHeaderBytes)
    throw new RangeError("section.json is larger than the format allows");
  return bytes;
}

export function parseSectionHeader(bytes: Uint8Array, section: SectionName): SectionHeader {
  const what = `section.json of the ${section} section`;
  return section === "plain" ? parseJsonAs(PlainHeader, bytes, what) : parseJsonAs(SealedHeader, bytes, what);
}

const closeCommon = {
  /** Lines of the index. */
  entries: Count.max(limits.entries),
  index: z.strictObject({ bytes: Count.max(limits.controlBytes), offset: Count, sha256: Sha256 }),
};

/** The last control entry of a section (specification § close.json). */
const PlainClose = z.strictObject(closeCommon);
const SealedClose = z.strictObject({
  ...closeCommon,
  /** SHA-256 over the binary SHA-256 digests of all plain segments in order: binds the plain section. */
  plainSegmentsSha256: Sha256,
});
export type Close = z.infer<typeof PlainClose> & { readonly plainSegmentsSha256?: string };

export function encodeClose(close: Close): Buffer {
  const bytes = Buffer.from(encodeCanonical(close as JsonValue));
  if (bytes.length > limits.closeBytes) throw new RangeError("close.json is larger than the format allows");
  return bytes;
}

export function parseClose(bytes: Uint8Array, section: SectionName): Close {
  const what = `close.json of the ${section} section`;
  if (bytes.length > limits.closeBytes) throw new FormatError("limit-exceeded", `${what} is too long`);
  return section === "plain" ? parseJsonAs(PlainClose, bytes, what) : parseJsonAs(SealedClose, bytes, what);
}
