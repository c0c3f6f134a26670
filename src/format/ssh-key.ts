import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { decodeArmorLoosely, sshPrivateKeyArmor } from "./armor.ts";
import { decodeBase64, encodeBase64Unpadded } from "./base64.ts";
import { FormatError } from "./errors.ts";
import { sshString, SshReader } from "./ssh-wire.ts";

const keyType = "ssh-ed25519";
const pointBytes = 32;
// RFC 8410: what stands before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo and in PKCS #8.
const publicKeyPrefix = Buffer.from("302a300506032b6570032100", "hex");
const privateKeyPrefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** An Ed25519 key that signs archives. The secret half never leaves it. */
export class SigningKey {
  /** `ssh-ed25519 AAAA…`, without comment. */
  readonly publicKey: string;
  readonly #key: KeyObject;

  constructor(publicKey: string, key: KeyObject) {
    this.publicKey = publicKey;
    this.#key = key;
  }

  /** The 64 bytes of a plain Ed25519 signature. */
  sign(bytes: Uint8Array): Buffer {
    return sign(null, bytes, this.#key);
  }
}

/** `ssh-ed25519 AAAA… comment` without its comment. Throws `bad-key`. */
export function parsePublicKey(text: string): string {
  const [type, base64] = text.trim().split(/[ \t]+/);
  const blob = type === keyType && base64 !== undefined ? decodeBase64(base64) : undefined;
  if (blob === undefined || keyOfBlob(blob) === undefined) throw badKey("is not an ssh-ed25519 public key");
  return publicKeyText(blob);
}

/** `SHA256:…`, as `ssh-keygen -l` prints it, of a public key that {@link parsePublicKey} returned. */
export function fingerprintOf(publicKey: string): string {
  return `SHA256:${encodeBase64Unpadded(createHash("sha256").update(keyBlobOf(publicKey)).digest())}`;
}

export function publicKeyText(blob: Uint8Array): string {
  return `${keyType} ${Buffer.from(blob).toString("base64")}`;
}

/** The inverse of {@link publicKeyText}. */
export function keyBlobOf(publicKey: string): Buffer {
  return Buffer.from(publicKey.slice(keyType.length + 1), "base64");
}

/** The 32 bytes inside a public key blob, or undefined where it is not an Ed25519 one. */
export function keyOfBlob(blob: Buffer): Buffer | undefined {
  const point = blob.subarray(-pointBytes);
  return point.length === pointBytes && encodeKeyBlob(point).equals(blob) ? point : undefined;
}

function encodeKeyBlob(point: Uint8Array): Buffer {
  return Buffer.concat([sshString(keyType), sshString(point)]);
}

export function ed25519KeyObject(point: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicKeyPrefix, point]), format: "der", type: "spki" });
}

/**
 * Reads an OpenSSH private key file (PROTOCOL.key): Ed25519, without a passphrase. Throws `bad-key`, never quoting it.
 */
export function parseSigningKey(text: string): SigningKey {
  const file = decodeArmorLoosely(sshPrivateKeyArmor, text);
  if (file === undefined) throw badKey("is not an OpenSSH private key");
  const reader = new SshReader(file, cutShort);
  if (reader.bytes(15).toString("latin1") !== "openssh-key-v1\0")
    throw badKey("is not an OpenSSH private key");
  const cipher = reader.string().toString("latin1");
  if (cipher !== "none") {
    throw badKey(
      "is locked by a passphrase: give a key without one, or a copy that `ssh-keygen -p` has unlocked",
    );
  }
  const kdf = reader.string().toString("latin1");
  const kdfOptions = reader.string();
  if (kdf !== "none" || kdfOptions.length > 0) throw badKey("is damaged");
  if (reader.uint32() !== 1) throw badKey("is not a single key");
  const blob = reader.string();
  const point = keyOfBlob(blob);
  if (point === undefined) throw badKey("is not of type ssh-ed25519");
  const privatePart = reader.string();
  if (reader.rest().length > 0) throw badKey("is damaged");
  return new SigningKey(publicKeyText(blob), readPrivatePart(privatePart, point));
}

function readPrivatePart(section: Buffer, point: Buffer): KeyObject {
  const reader = new SshReader(section, cutShort);
  if (reader.uint32() !== reader.uint32()) throw badKey("is damaged");
  const type = reader.string().toString("latin1");
  const repeated = reader.string();
  const pair = reader.string();
  reader.string();
  const padding = reader.rest();
  const key = privateKeyObject(pair.subarray(0, pointBytes));
  const fits =
    type === keyType &&
    repeated.equals(point) &&
    pair.subarray(pointBytes).equals(point) &&
    padding.every((byte, at) => byte === at + 1) &&
    createPublicKey(key).equals(ed25519KeyObject(point));
  if (!fits) throw badKey("is damaged");
  return key;
}

function privateKeyObject(seed: Buffer): KeyObject {
  if (seed.length !== pointBytes) throw badKey("is damaged");
  return createPrivateKey({ key: Buffer.concat([privateKeyPrefix, seed]), format: "der", type: "pkcs8" });
}

function cutShort(): FormatError {
  return badKey("is cut short");
}

function badKey(what: string): FormatError {
  return new FormatError("bad-key", `the signing key ${what}`);
}
