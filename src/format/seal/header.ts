import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { FormatError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { deriveKey } from "./aead.ts";
import { unwrapWithIdentities, wrapForRecipients } from "./age-library.ts";
import { fileKeyBytes } from "./file-key.ts";
import { checkStanzas, isGrease } from "./known-stanzas.ts";
import { unwrapWithPassphrase, wrapInPassphrase } from "./passphrase.ts";
import { checkRecipients } from "./recipients.ts";
import { ageHeaderBytesMax, broken, decodeAgeHeader, encodeAgeHeader, encodeWithoutMac } from "./stanza.ts";
import type { AgeHeader, Stanza } from "./stanza.ts";
import { isX25519Identity, unwrapByX25519, wrapForX25519 } from "./x25519.ts";

export { ageHeaderBytesMax } from "./stanza.ts";

export interface RecipientSealing {
  /** age recipients: `age1…`, or all of them `age1pq1…`. */
  readonly recipients: readonly string[];
}

export interface PassphraseSealing {
  readonly passphrase: Secret;
}

export type Sealing = RecipientSealing | PassphraseSealing;

/** What a reader may open an archive with. */
export interface Keys {
  /** age identities, `AGE-SECRET-KEY-…`. */
  readonly identities: readonly Secret[];
  /** Asked only where a passphrase is what the header needs; undefined where there is none. */
  readonly passphrase?: (() => Promise<Secret | undefined>) | undefined;
}

/** What a header tells without a key. */
export interface HeaderSummary {
  readonly stanzaTypes: string[];
  readonly passphrase: boolean;
  /** Stanzas that are no grease. */
  readonly recipientCount: number;
  /** The passphrase's work factor. */
  readonly logN?: number;
}

export interface ParsedHeader extends AgeHeader {
  readonly summary: HeaderSummary;
}

export interface SealedHeader {
  /** The age v1 header, up to and including the line feed after its MAC. */
  readonly header: Buffer;
  /** 16 bytes. Never to be used with another header, nor written anywhere. */
  readonly fileKey: Buffer;
}

const noSalt = new Uint8Array(0);

/**
 * Makes a fresh file key and the header that carries it. Throws `mixed-recipients`, `bad-key` (a recipient or
 * passphrase that is none; never quoted) or `limit-exceeded` (more recipients than the header region holds).
 */
export async function sealHeader(sealing: Sealing): Promise<SealedHeader> {
  const sealed =
    "passphrase" in sealing ? await sealInPassphrase(sealing.passphrase) : await sealFor(sealing.recipients);
  if (sealed.header.length > ageHeaderBytesMax) {
    throw new FormatError(
      "limit-exceeded",
      `the age header exceeds ${ageHeaderBytesMax} bytes: too many recipients`,
    );
  }
  // Whatever made the header, our own strict reader must take it.
  proveHeader(sealed.header, sealed.fileKey);
  return sealed;
}

async function sealInPassphrase(passphrase: Secret): Promise<SealedHeader> {
  const fileKey = randomBytes(fileKeyBytes);
  return sealedHeader([await wrapInPassphrase(fileKey, passphrase)], fileKey);
}

async function sealFor(recipients: readonly string[]): Promise<SealedHeader> {
  const distinct = [...new Set(recipients)];
  if (checkRecipients(distinct) === "post-quantum") return wrapForRecipients(distinct);
  const fileKey = randomBytes(fileKeyBytes);
  return sealedHeader(
    distinct.map((recipient) => wrapForX25519(fileKey, recipient)),
    fileKey,
  );
}

function sealedHeader(stanzas: readonly Stanza[], fileKey: Buffer): SealedHeader {
  return { header: encodeAgeHeader(stanzas, macOf(stanzas, fileKey)), fileKey };
}

/**
 * Reads the age header that `bytes` begins with; what follows it is not looked at. Strict: what parses re-encodes
 * to the same bytes. Throws `bad-age-header` or `limit-exceeded`. Needs neither a key nor the age library.
 */
export function parseAgeHeader(bytes: Uint8Array): ParsedHeader {
  const header = decodeAgeHeader(bytes);
  checkStanzas(header.stanzas);
  return { ...header, summary: summarize(header.stanzas) };
}

function summarize(stanzas: readonly Stanza[]): HeaderSummary {
  const scrypt = stanzas.find((stanza) => stanza.type === "scrypt");
  return {
    stanzaTypes: stanzas.map((stanza) => stanza.type),
    passphrase: scrypt !== undefined,
    recipientCount: stanzas.filter((stanza) => !isGrease(stanza)).length,
    ...(scrypt === undefined ? {} : { logN: Number(scrypt.args[1]) }),
  };
}

/**
 * The file key of a header, which must be all of `header`. Throws `no-key` where none fits, and `bad-age-header`
 * where one fits but the MAC is wrong.
 */
export async function openHeader(header: Uint8Array, keys: Keys): Promise<Buffer> {
  const parsed = parseWhole(header);
  const fileKey = parsed.summary.passphrase
    ? await openWithPassphrase(parsed.stanzas[0]!, keys)
    : await openWithIdentities(header, parsed.stanzas, keys.identities);
  proveMac(parsed, fileKey);
  return fileKey;
}

async function openWithPassphrase(stanza: Stanza, keys: Keys): Promise<Buffer> {
  const passphrase = await keys.passphrase?.();
  if (passphrase === undefined) throw new FormatError("no-key", "this needs a passphrase, none was given");
  const fileKey = await unwrapWithPassphrase(stanza, passphrase);
  if (fileKey === undefined) throw new FormatError("no-key", "the passphrase does not fit");
  return fileKey;
}

async function openWithIdentities(
  header: Uint8Array,
  stanzas: readonly Stanza[],
  identities: readonly Secret[],
): Promise<Buffer> {
  if (identities.length === 0) throw new FormatError("no-key", "this needs an identity, none was given");
  const fileKey = identities.every(isX25519Identity)
    ? unwrapByX25519(stanzas, identities)
    : await unwrapWithIdentities(header, identities);
  if (fileKey === undefined) {
    throw new FormatError("no-key", "this needs an identity, and none of those given fits");
  }
  return fileKey;
}

/** Proves with the file key at hand that `header`, all of it, is unchanged. Throws `bad-age-header`. */
export function proveHeader(header: Uint8Array, fileKey: Uint8Array): void {
  proveMac(parseWhole(header), fileKey);
}

function parseWhole(header: Uint8Array): ParsedHeader {
  const parsed = parseAgeHeader(header);
  if (parsed.headerBytes !== header.length) throw broken("is followed by something else");
  return parsed;
}

function proveMac(header: AgeHeader, fileKey: Uint8Array): void {
  if (!timingSafeEqual(macOf(header.stanzas, fileKey), header.mac)) throw broken("does not fit its MAC");
}

function macOf(stanzas: readonly Stanza[], fileKey: Uint8Array): Buffer {
  const key = deriveKey(fileKey, noSalt, "header");
  return createHmac("sha256", key).update(encodeWithoutMac(stanzas)).digest();
}
