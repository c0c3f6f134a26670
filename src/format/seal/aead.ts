import { type KeyObject, createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";

export const tagBytes = 16;
export const keyBytes = 32;

const cipher = "chacha20-poly1305";
const options = { authTagLength: tagBytes };

/** ChaCha20-Poly1305: the ciphertext, and its tag apart, so that nobody has to copy 64 KiB to join them. */
export function encrypt(key: KeyObject | Uint8Array, nonce: Uint8Array, plain: Uint8Array): [Buffer, Buffer] {
  const encryptor = createCipheriv(cipher, key, nonce, options);
  const text = encryptor.update(plain);
  encryptor.final();
  return [text, encryptor.getAuthTag()];
}

/** The plain bytes, or undefined where the tag does not fit. `sealed` is ciphertext and tag. */
export function decrypt(
  key: KeyObject | Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
): Buffer | undefined {
  if (sealed.length < tagBytes) return undefined;
  const decryptor = createDecipheriv(cipher, key, nonce, options);
  decryptor.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const plain = decryptor.update(sealed.subarray(0, sealed.length - tagBytes));
  try {
    decryptor.final();
  } catch {
    return undefined;
  }
  return plain;
}

/** HKDF-SHA-256 to a key of 32 bytes. */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, label: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, label, keyBytes));
}
