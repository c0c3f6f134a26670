import { decrypt, encrypt } from "./aead.ts";

export const fileKeyBytes = 16;

// The wrapping key is derived for one file key alone, hence the fixed nonce (age.md § Recipient types).
const zeroNonce = Buffer.alloc(12);

/** The body of a stanza. */
export function wrapFileKey(wrappingKey: Uint8Array, fileKey: Uint8Array): Buffer {
  return Buffer.concat(encrypt(wrappingKey, zeroNonce, fileKey));
}

/** The file key, or undefined where the wrapping key does not fit. `body` is of the length of a wrapped file key. */
export function unwrapFileKey(wrappingKey: Uint8Array, body: Uint8Array): Buffer | undefined {
  return decrypt(wrappingKey, zeroNonce, body);
}
