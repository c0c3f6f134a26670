const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const checksumLength = 6;

/**
 * The number of bytes that a Bech32 text (BIP 173, without its length limit) carries behind `prefix`, or undefined
 * unless prefix, alphabet, padding and checksum are right. Lower case only. The values themselves are the age
 * library's business: this is for a clear error early, without loading it.
 */
export function bech32Bytes(text: string, prefix: string): number | undefined {
  if (!text.startsWith(`${prefix}1`)) return undefined;
  const words = Array.from(text.slice(prefix.length + 1), (char) => alphabet.indexOf(char));
  if (words.length < checksumLength || words.includes(-1)) return undefined;
  if (checksum([...expandPrefix(prefix), ...words]) !== 1) return undefined;
  const data = words.slice(0, -checksumLength);
  const spareBits = (data.length * 5) % 8;
  const lastWord = data.at(-1) ?? 0;
  if (spareBits >= 5 || (lastWord & ((1 << spareBits) - 1)) !== 0) return undefined;
  return Math.floor((data.length * 5) / 8);
}

function expandPrefix(prefix: string): number[] {
  const codes = Array.from(prefix, (char) => char.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function checksum(words: readonly number[]): number {
  let sum = 1;
  for (const word of words) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ word;
    for (const [bit, generator] of generators.entries()) if ((top >> bit) & 1) sum ^= generator;
  }
  return sum;
}
