import { createHash } from "node:crypto";
import { z } from "zod";
import { Archive } from "../../format/archive.ts";
import type { ByteSource } from "../../format/bytes.ts";
import { FormatError } from "../../format/errors.ts";
import { limits } from "../../format/limits.ts";
import { type Manifest, parseManifest } from "../../format/manifest.ts";
import { memberNames, parseMemberHeader } from "../../format/member.ts";
import { Count, Sha256 } from "../../format/schema.ts";
import { blockBytes } from "../../format/ustar.ts";
import type { Verdict } from "../reports.ts";

/** What the manifest tells of an archive, as far as stores ask. */
export const ArchiveFacts = z.strictObject({
  archiveId: z.string(),
  manifestSha256: Sha256,
  /** ISO 8601. */
  createdAt: z.string(),
  host: z.string(),
  profile: z.string().nullable(),
  stateDir: z.string(),
  series: z.strictObject({ id: z.string(), sequence: Count, previous: Sha256.nullable() }).nullable(),
  /** The public key whose signature holds. */
  signer: z.string().nullable(),
  tags: z.array(z.string()),
});
export type ArchiveFacts = z.infer<typeof ArchiveFacts>;

const verdicts = [
  "complete",
  "damaged",
  "partial",
  "unsafe",
  "unbound",
  "unsupported",
  "not-an-archive",
] as const satisfies readonly Verdict[];

/** An archive looked at without reading its content. It is JSON, to be kept as long as the file is the same. */
export const QuickCheck = z.strictObject({
  verdict: z.enum(verdicts),
  /** What is wrong; null where nothing is. */
  reason: z.string().nullable(),
  /** Of one that does not verify: what its first member says unproved, null where there is none. */
  facts: ArchiveFacts.nullable(),
});
export type QuickCheck = z.infer<typeof QuickCheck>;

/** Head, end and structure of an archive, and its signature: a few reads. Throws what the source throws. */
export async function quickCheck(source: ByteSource): Promise<QuickCheck> {
  try {
    const { layout } = await Archive.open(source);
    const facts = factsOf(layout.manifest, layout.checksums.manifestSha256, layout.signer);
    return { verdict: "complete", reason: null, facts };
  } catch (cause) {
    if (!(cause instanceof FormatError) || cause.verdict === undefined) throw cause;
    const facts = await claimedFacts(source);
    // Without a first member of ours a file that has no end is no archive at all, as `verify` would have it.
    const isOurs = facts !== null || cause.verdict !== "partial";
    return { verdict: isOurs ? cause.verdict : "not-an-archive", reason: cause.message, facts };
  }
}

function factsOf(manifest: Manifest, manifestSha256: string, signer: string | undefined): ArchiveFacts {
  const { archiveId, createdAt, installation, series, tags } = manifest;
  const { host, profile, stateDir } = installation;
  return {
    archiveId,
    manifestSha256,
    createdAt,
    host,
    profile,
    stateDir,
    series: series && { id: series.id, sequence: series.sequence, previous: series.previous },
    signer: signer ?? null,
    tags,
  };
}

async function claimedFacts(source: ByteSource): Promise<ArchiveFacts | null> {
  if (source.sizeBytes < blockBytes) return null;
  const member = parseMemberHeader(await source.read(0, blockBytes));
  if (member?.name !== memberNames.manifest || member.sizeBytes > limits.manifestBytes) return null;
  if (blockBytes + member.sizeBytes > source.sizeBytes) return null;
  const bytes = await source.read(blockBytes, member.sizeBytes);
  try {
    return factsOf(parseManifest(bytes), createHash("sha256").update(bytes).digest("hex"), undefined);
  } catch (cause) {
    if (cause instanceof FormatError) return null;
    throw cause;
  }
}
