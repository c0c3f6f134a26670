import { bech32 } from "@scure/base";

/**
 * The bytes that a Bech32 text (BIP 173, without its length limit) carries behind `prefix`, or undefined unless prefix,
 * alphabet, padding and checksum are right. Lower case only.
 */
export function decodeBech32(text: string, prefix: string): Uint8Array | undefined {
  if (!text.startsWith(`${prefix}1`)) return undefined;
  try {
    const decoded = bech32.decode(text, false);
    return decoded.prefix === prefix ? bech32.fromWords(decoded.words) : undefined;
  } catch {
    return undefined;
  }
}

/** The same of a text in upper case, as identities are written. */
export function decodeUpperBech32(text: string, prefix: string): Uint8Array | undefined {
  return text === text.toUpperCase() ? decodeBech32(text.toLowerCase(), prefix) : undefined;
}

export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  return bech32.encode(prefix, bech32.toWords(bytes), false);
}
