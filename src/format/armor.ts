import { decodeBase64 } from "./base64.ts";

/** A PEM-like armour: what stands between the dashes, and how many base64 characters a line has. */
export interface Armor {
  readonly label: string;
  readonly columns: number;
}

export const ageArmor: Armor = { label: "AGE ENCRYPTED FILE", columns: 64 };
export const sshSignatureArmor: Armor = { label: "SSH SIGNATURE", columns: 70 };
export const sshPrivateKeyArmor: Armor = { label: "OPENSSH PRIVATE KEY", columns: 70 };

/** The armoured text, every line of it ended by a line feed. */
export function encodeArmor(armor: Armor, bytes: Uint8Array): string {
  const body = Buffer.from(bytes).toString("base64");
  const lines = body.match(new RegExp(`.{1,${armor.columns}}`, "g")) ?? [];
  return [beginLine(armor), ...lines, endLine(armor), ""].join("\n");
}

/** The bytes, or undefined unless `text` is exactly what {@link encodeArmor} writes for them. */
export function decodeArmor(armor: Armor, text: string): Buffer | undefined {
  const begin = `${beginLine(armor)}\n`;
  const end = `${endLine(armor)}\n`;
  if (!text.startsWith(begin) || !text.endsWith(end)) return undefined;
  const body = text.slice(begin.length, -end.length).replaceAll("\n", "");
  const bytes = decodeBase64(body);
  return bytes !== undefined && encodeArmor(armor, bytes) === text ? bytes : undefined;
}

/** For files that people keep: white space around the armour and CRLF line ends do no harm. */
export function decodeArmorLoosely(armor: Armor, text: string): Buffer | undefined {
  return decodeArmor(armor, `${text.trim().replaceAll("\r\n", "\n")}\n`);
}

export function beginLine(armor: Armor): string {
  return `-----BEGIN ${armor.label}-----`;
}

function endLine(armor: Armor): string {
  return `-----END ${armor.label}-----`;
}
