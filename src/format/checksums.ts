import { createHash } from "node:crypto";
import { z } from "zod";
import { type JsonValue, encodeCanonical } from "./canonical-json.ts";
import { ArchiveId, Count, Sha256, parseJsonAs } from "./schema.ts";
import { limits } from "./limits.ts";
import { FormatError } from "./errors.ts";

const SectionChecksums = z.strictObject({
  /** Number of segments; those of the sealed section are numbered from 1, without the age header. */
  segments: z.int().min(1).max(limits.segments),
  /** SHA-256 over the segments' binary SHA-256 digests, in order. */
  segmentsSha256: Sha256,
  /** Sum of the segments' content bytes. */
  storedBytes: Count,
});
export type SectionChecksums = z.infer<typeof SectionChecksums>;

/** What can be recomputed from the bytes of the archive (specification § checksums.json). */
export const Checksums = z.strictObject({
  archiveId: ArchiveId,
  /** The members of optional extensions, between the sealed section and this member: all their bytes as one. */
  extensions: z.strictObject({ bytes: Count, sha256: Sha256 }),
  manifestSha256: Sha256,
  plain: SectionChecksums,
  sealed: SectionChecksums,
});
export type Checksums = z.infer<typeof Checksums>;

export function encodeChecksums(checksums: Checksums): Buffer {
  return Buffer.from(encodeCanonical(Checksums.parse(checksums) as JsonValue));
}

export function parseChecksums(bytes: Uint8Array): Checksums {
  return parseJsonAs(Checksums, bytes, "checksums.json");
}

/** The content of the last member (specification § end). */
export const End = z.strictObject({
  archiveId: ArchiveId,
  /** Length of the whole file. */
  archiveBytes: Count,
  checksums: z.strictObject({ bytes: Count.max(limits.checksumsBytes), offset: Count, sha256: Sha256 }),
  header: z.strictObject({ bytes: Count, sha256: Sha256 }),
});
export type End = z.infer<typeof End>;

/** Canonical JSON, then spaces, then one line feed: always 512 bytes. */
export function encodeEnd(end: End): Buffer {
  const json = encodeCanonical(End.parse(end));
  return Buffer.from(`${json.padEnd(limits.endBytes - 1)}\n`);
}

export function parseEnd(bytes: Uint8Array): End {
  const text = Buffer.from(bytes).toString("latin1");
  const json = text.slice(0, -1).trimEnd();
  const end = parseJsonAs(End, Buffer.from(json, "latin1"), "end");
  if (!encodeEnd(end).equals(bytes)) throw new FormatError("bad-json", "end is not padded as it must be");
  return end;
}

/** A running SHA-256 over digests: what binds a list of segments. */
export class DigestList {
  readonly #hash = createHash("sha256");
  #count = 0;

  add(sha256Hex: string): void {
    this.#hash.update(Buffer.from(sha256Hex, "hex"));
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }

  digest(): string {
    return this.#hash.copy().digest("hex");
  }
}
