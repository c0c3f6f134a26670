import { z } from "zod";
import { type JsonValue, encodeCanonical, parseCanonical } from "./canonical-json.ts";
import { isRootId } from "./entry-path.ts";
import { FormatError } from "./errors.ts";
import { limits } from "./limits.ts";
import { ArchiveId, Count, Sha256, checkSchema, textOfAtMost } from "./schema.ts";

export const formatName = "ocbak";
export const formatVersion = 1;

const Name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/);
const Text = textOfAtMost(limits.pathBytes);
const ShortText = textOfAtMost(64);
const Timestamp = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)
  .refine(isRealTime, "no such time");

/** Date rolls the 30th of February over to March: writing it again tells. The Gregorian calendar has no year 0. */
function isRealTime(text: string): boolean {
  const date = new Date(text);
  return (
    !Number.isNaN(date.getTime()) &&
    !text.startsWith("0000") &&
    date.toISOString() === text.replace("Z", ".000Z")
  );
}

/** One place of the installation whose entries may stand in the plain section, or that names the installation. */
export const ManifestRoot = z.strictObject({
  id: z.string().refine(isRootId, "not a root id"),
  /** The absolute path it was captured from: data for people and for mapping, never a place to write to. */
  sourcePath: Text,
});
export type ManifestRoot = z.infer<typeof ManifestRoot>;

/** The first member: what this archive is (specification § manifest.json). */
export const Manifest = z.strictObject({
  archiveId: ArchiveId,
  createdAt: Timestamp,
  critical: z.array(Name),
  extensions: z.record(Name, z.json()).optional(),
  format: z.literal(formatName),
  formatVersion: z.literal(formatVersion),
  installation: z.strictObject({
    host: Text,
    platform: ShortText,
    profile: ShortText.nullable(),
    stateDir: Text,
  }),
  optional: z.array(Name).max(64),
  /** Totals of the plain section as planned. Of the sealed section nothing is said outside the encryption. */
  plannedPlain: z.strictObject({ contentBytes: Count, entries: Count }),
  roots: z.array(ManifestRoot).max(10_000),
  segmentBytes: z.int().min(limits.segmentBytesMin).max(limits.segmentBytesMax),
  series: z.strictObject({ id: ArchiveId, previous: Sha256.nullable(), sequence: Count }).nullable(),
  /** The public key whose signature must be present: `ssh-ed25519 ` and the base64 of its 51 bytes. */
  signer: z
    .string()
    .regex(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-P][A-Za-z0-9+/]{42}$/)
    .nullable(),
  tags: z.array(Text).max(256),
  tool: z.strictObject({ name: ShortText, version: ShortText }),
});
export type Manifest = z.infer<typeof Manifest>;

export function encodeManifest(manifest: Manifest): Buffer {
  Manifest.parse(manifest);
  // Not zod's copy: it drops a key `__proto__`, which an extension may well have.
  return Buffer.from(encodeCanonical(manifest as JsonValue));
}

/** Checks in the order of the specification: canonical JSON, format, formatVersion, critical, schema. */
export function parseManifest(bytes: Uint8Array): Manifest {
  const value = parseCanonical(bytes, "manifest.json");
  const head = z
    .looseObject({
      format: z.unknown().optional(),
      formatVersion: z.unknown().optional(),
      critical: z.unknown().optional(),
    })
    .safeParse(value);
  if (!head.success || head.data.format !== formatName) {
    throw new FormatError("not-an-archive", "manifest.json is not that of an ocbak archive");
  }
  checkVersion(head.data.formatVersion);
  checkCritical(head.data.critical);
  const manifest = checkSchema(Manifest, value, "manifest.json");
  checkExtensions(manifest);
  return manifest;
}

function checkVersion(version: unknown): void {
  if (Number.isSafeInteger(version) && (version as number) > formatVersion) {
    throw new FormatError(
      "newer-format",
      `the archive has format version ${version as number}; this ocbak reads ${formatVersion}`,
    );
  }
}

function checkCritical(critical: unknown): void {
  const names = Array.isArray(critical) ? critical : [];
  if (names.length > 0) {
    throw new FormatError(
      "unknown-critical",
      `the archive needs features that this ocbak does not know: ${names.map((name) => JSON.stringify(name)).join(", ")}`,
    );
  }
}

function checkExtensions(manifest: Manifest): void {
  const known = new Set(manifest.optional);
  if (known.size !== manifest.optional.length)
    throw new FormatError("bad-schema", "manifest.json names an optional feature twice");
  for (const name of Object.keys(manifest.extensions ?? {})) {
    if (!known.has(name))
      throw new FormatError("bad-schema", `manifest.json has an extension it does not announce: ${name}`);
  }
  const ids = new Set(manifest.roots.map((root) => root.id));
  if (ids.size !== manifest.roots.length)
    throw new FormatError("duplicate-path", "manifest.json names a root twice");
}
