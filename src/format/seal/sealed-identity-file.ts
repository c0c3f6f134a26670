import { randomBytes } from "node:crypto";
import { ageArmor, beginLine, decodeArmorLoosely, encodeArmor } from "../armor.ts";
import { FormatError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { openHeader, parseAgeHeader, sealHeader } from "./header.ts";
import { parseIdentityFile } from "./identities.ts";
import { nonceBytes, openPayload, PayloadSealer } from "./payload.ts";

const fileBytesMax = 1024 * 1024;
const magic = "age-encryption.org/v1\n";

/** True for an identity file that is itself an age file, binary or armoured, and so needs a passphrase. */
export function isSealedIdentityFile(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 1024)).toString("latin1");
  return start.startsWith(magic) || start.trimStart().startsWith(beginLine(ageArmor));
}

/**
 * The identities of a passphrase-encrypted identity file. Throws `no-key` where the passphrase does not fit,
 * `bad-key` where the file is damaged, too large, or sealed to something else than a passphrase.
 */
export async function openSealedIdentityFile(bytes: Uint8Array, passphrase: Secret): Promise<Secret[]> {
  const text = await asKeyError(() => unseal(bytes, passphrase));
  return parseIdentityFile(text);
}

async function unseal(bytes: Uint8Array, passphrase: Secret): Promise<string> {
  const file = toBinary(bytes);
  const { headerBytes, summary } = parseAgeHeader(file);
  if (!summary.passphrase)
    throw new FormatError("bad-key", "the identity file is not sealed with a passphrase");
  const keys = { identities: [], passphrase: () => Promise.resolve(passphrase) };
  const fileKey = await openHeader(file.subarray(0, headerBytes), keys);
  return openPayload(fileKey, file.subarray(headerBytes)).toString("utf8");
}

function toBinary(bytes: Uint8Array): Uint8Array {
  if (bytes.length > fileBytesMax)
    throw new FormatError("bad-key", `the identity file exceeds ${fileBytesMax} bytes`);
  const text = Buffer.from(bytes).toString("latin1");
  if (text.startsWith(magic)) return bytes;
  const binary = decodeArmorLoosely(ageArmor, text);
  if (binary === undefined) throw new FormatError("bad-key", "the identity file's armour is damaged");
  return binary;
}

/** A damaged key file says nothing about an archive: all its defects are `bad-key`. */
async function asKeyError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof FormatError) || cause.verdict === undefined) throw cause;
    throw new FormatError("bad-key", `the identity file cannot be read: ${cause.message}`, { cause });
  }
}

/** An identity file sealed with a passphrase, armoured, as `age -p -a` writes it. */
export async function sealIdentityFile(text: string, passphrase: Secret): Promise<string> {
  const { header, fileKey } = await sealHeader({ passphrase });
  const sealer = new PayloadSealer(fileKey, randomBytes(nonceBytes));
  const payload = [...sealer.update(Buffer.from(text, "utf8")), ...sealer.final()];
  return encodeArmor(ageArmor, Buffer.concat([header, ...payload]));
}
