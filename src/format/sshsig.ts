import { createHash, verify } from "node:crypto";
import { decodeArmor, encodeArmor, sshSignatureArmor } from "./armor.ts";
import { FormatError } from "./errors.ts";
import { ed25519KeyObject, keyBlobOf, keyOfBlob, publicKeyText } from "./ssh-key.ts";
import type { SigningKey } from "./ssh-key.ts";
import { sshString, SshReader } from "./ssh-wire.ts";

export { fingerprintOf, parsePublicKey, parseSigningKey } from "./ssh-key.ts";
export type { SigningKey } from "./ssh-key.ts";

/** Keeps a signature made for ocbak from being taken for anything else, and the other way round. */
const signatureNamespace = "ocbak";

const magic = Buffer.from("SSHSIG", "latin1");
const version = 1;
const hashAlgorithm = "sha512";
const keyType = "ssh-ed25519";
const signatureBytes = 64;

/** An armoured SSH signature of `message` (PROTOCOL.sshsig), byte for byte what `ssh-keygen -Y sign -n ocbak` writes. */
export function signDetached(key: SigningKey, message: Uint8Array): string {
  const signature = key.sign(signedBytes(message));
  return encodeArmor(sshSignatureArmor, encodeBlob(keyBlobOf(key.publicKey), signature));
}

/**
 * Checks an armoured SSH signature against the key that is expected to have made it (`ssh-ed25519 AAAA…`). Throws
 * `bad-signature` for another key, a wrong signature, or an armour that is not the one encoding of its signature.
 */
export function verifyDetached(armored: Uint8Array, message: Uint8Array, expectedPublicKey: string): void {
  const { publicKey, signature } = decodeSignature(armored);
  if (publicKey !== expectedPublicKey) throw bad("was made with another key");
  if (!verify(null, signedBytes(message), ed25519KeyObject(keyOfBlob(keyBlobOf(publicKey))!), signature)) {
    throw bad("does not hold");
  }
}

function signedBytes(message: Uint8Array): Buffer {
  const digest = createHash(hashAlgorithm).update(message).digest();
  return Buffer.concat([
    magic,
    sshString(signatureNamespace),
    sshString(""),
    sshString(hashAlgorithm),
    sshString(digest),
  ]);
}

function encodeBlob(keyBlob: Uint8Array, signature: Uint8Array): Buffer {
  const versionBytes = Buffer.alloc(4);
  versionBytes.writeUInt32BE(version);
  return Buffer.concat([
    magic,
    versionBytes,
    sshString(keyBlob),
    sshString(signatureNamespace),
    sshString(""),
    sshString(hashAlgorithm),
    sshString(Buffer.concat([sshString(keyType), sshString(signature)])),
  ]);
}

function decodeSignature(armored: Uint8Array): { publicKey: string; signature: Buffer } {
  const text = Buffer.from(armored.buffer, armored.byteOffset, armored.byteLength).toString("latin1");
  const blob = decodeArmor(sshSignatureArmor, text);
  if (blob === undefined) throw bad("is not canonically armoured");
  const { keyBlob, signature } = readFields(blob);
  // Every other field has one value only: encoding the two that vary again tells whether the rest is right.
  if (signature.length !== signatureBytes || keyOfBlob(keyBlob) === undefined)
    throw bad("is not an Ed25519 one");
  if (!encodeBlob(keyBlob, signature).equals(blob)) throw bad(`is not one for ${signatureNamespace}`);
  return { publicKey: publicKeyText(keyBlob), signature };
}

function readFields(blob: Buffer): { keyBlob: Buffer; signature: Buffer } {
  const reader = new SshReader(blob, () => bad("is cut short"));
  reader.bytes(magic.length + 4);
  const keyBlob = reader.string();
  reader.string();
  reader.string();
  reader.string();
  const inner = new SshReader(reader.string(), () => bad("is cut short"));
  inner.string();
  return { keyBlob, signature: inner.string() };
}

function bad(what: string): FormatError {
  return new FormatError("bad-signature", `the signature ${what}`);
}
