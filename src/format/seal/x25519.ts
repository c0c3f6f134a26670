import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
} from "node:crypto";
import type { KeyObject } from "node:crypto";
import { decodeBase64Unpadded, encodeBase64Unpadded } from "../base64.ts";
import { FormatError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { deriveKey } from "./aead.ts";
import { decodeBech32, decodeUpperBech32, encodeBech32 } from "./bech32.ts";
import { unwrapFileKey, wrapFileKey } from "./file-key.ts";
import { broken } from "./stanza.ts";
import type { Stanza } from "./stanza.ts";

// The X25519 recipient type (age.md) by node:crypto: the age library takes longer to load than most commands to run.

const label = "age-encryption.org/v1/X25519";
const recipientPrefix = "age";
const identityPrefix = "age-secret-key-";
const pointBytes = 32;
/** What stands before the bytes of a key in its DER forms, SubjectPublicKeyInfo and PKCS #8 (RFC 8410). */
const publicDer = Buffer.from("302a300506032b656e032100", "hex");
const privateDer = Buffer.from("302e020100300506032b656e04220420", "hex");

export function isX25519Recipient(text: string): boolean {
  return pointOf(text) !== undefined;
}

export function isX25519Identity(identity: Secret): boolean {
  return scalarOf(identity) !== undefined;
}

function pointOf(recipient: string): Uint8Array | undefined {
  const point = decodeBech32(recipient, recipientPrefix);
  return point?.length === pointBytes ? point : undefined;
}

function scalarOf(identity: Secret): Uint8Array | undefined {
  const scalar = decodeUpperBech32(identity.reveal(), identityPrefix);
  return scalar?.length === pointBytes ? scalar : undefined;
}

export function generateX25519Identity(): Secret {
  return new Secret(encodeBech32(identityPrefix, randomBytes(pointBytes)).toUpperCase());
}

/** The identity has passed `isX25519Identity`. */
export function x25519RecipientOf(identity: Secret): string {
  return encodeBech32(recipientPrefix, publicPoint(privateKeyOf(identity)));
}

/** The recipient has passed `isX25519Recipient`. Throws `bad-key` for a point of low order. */
export function wrapForX25519(fileKey: Uint8Array, recipient: string): Stanza {
  const point = pointOf(recipient)!;
  const ephemeral = generateKeyPairSync("x25519").privateKey;
  const share = publicPoint(ephemeral);
  const secret = sharedSecret(ephemeral, point);
  if (secret === undefined) throw new FormatError("bad-key", "a recipient cannot be encrypted to");
  const body = wrapFileKey(wrappingKey(secret, share, point), fileKey);
  return { type: "X25519", args: [encodeBase64Unpadded(share)], body };
}

/**
 * The file key, or undefined where no identity fits. The stanzas have passed `checkStanzas`, the identities
 * `isX25519Identity`. Throws `bad-age-header` for a share of low order.
 */
export function unwrapByX25519(
  stanzas: readonly Stanza[],
  identities: readonly Secret[],
): Buffer | undefined {
  const own = stanzas.filter((stanza) => stanza.type === "X25519");
  for (const identity of identities) {
    const privateKey = privateKeyOf(identity);
    const point = publicPoint(privateKey);
    for (const { args, body } of own) {
      const share = decodeBase64Unpadded(args[0]!)!;
      const secret = sharedSecret(privateKey, share);
      if (secret === undefined) throw broken("has a share of low order");
      const fileKey = unwrapFileKey(wrappingKey(secret, share, point), body);
      if (fileKey !== undefined) return fileKey;
    }
  }
  return undefined;
}

function privateKeyOf(identity: Secret): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([privateDer, scalarOf(identity)!]),
    format: "der",
    type: "pkcs8",
  });
}

function publicPoint(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(publicDer.length);
}

/** Undefined for a point of low order: its secret is all zero, which OpenSSL refuses, too. */
function sharedSecret(privateKey: KeyObject, point: Uint8Array): Buffer | undefined {
  const publicKey = createPublicKey({
    key: Buffer.concat([publicDer, point]),
    format: "der",
    type: "spki",
  });
  try {
    const secret = diffieHellman({ privateKey, publicKey });
    return secret.some((byte) => byte !== 0) ? secret : undefined;
  } catch {
    return undefined;
  }
}

function wrappingKey(secret: Uint8Array, share: Uint8Array, point: Uint8Array): Buffer {
  return deriveKey(secret, Buffer.concat([share, point]), label);
}
