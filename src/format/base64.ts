/** The bytes of a base64 text (RFC 4648 §4, padded), or undefined unless it is their one encoding. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

/** The same without padding, as age headers and SSH fingerprints write it. */
export function decodeBase64Unpadded(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return encodeBase64Unpadded(bytes) === text ? bytes : undefined;
}

export function encodeBase64Unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64").replace(/=+$/, "");
}
