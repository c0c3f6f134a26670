import { randomBytes, scrypt } from "node:crypto";
import { decodeBase64Unpadded, encodeBase64Unpadded } from "../base64.ts";
import { FormatError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Secret } from "../secret.ts";
import { keyBytes } from "./aead.ts";
import { unwrapFileKey, wrapFileKey } from "./file-key.ts";
import type { Stanza } from "./stanza.ts";

const saltLabel = "age-encryption.org/v1/scrypt";
const saltBytes = 16;
const blockSize = 8;

/** Wraps a file key in a passphrase, by node:crypto: a third faster than the library, and without loading it. */
export async function wrapInPassphrase(fileKey: Uint8Array, passphrase: Secret): Promise<Stanza> {
  if (passphrase.reveal() === "") throw new FormatError("bad-key", "the passphrase is empty");
  const salt = randomBytes(saltBytes);
  const key = await stretch(passphrase, salt, limits.scryptLogN);
  const args = [encodeBase64Unpadded(salt), String(limits.scryptLogN)];
  return { type: "scrypt", args, body: wrapFileKey(key, fileKey) };
}

/** The file key, or undefined where the passphrase does not fit. The stanza has passed `checkStanzas`. */
export async function unwrapWithPassphrase(stanza: Stanza, passphrase: Secret): Promise<Buffer | undefined> {
  const [salt, logN] = stanza.args;
  const key = await stretch(passphrase, decodeBase64Unpadded(salt!)!, Number(logN));
  return unwrapFileKey(key, stanza.body);
}

function stretch(passphrase: Secret, salt: Buffer, logN: number): Promise<Buffer> {
  const labelled = Buffer.concat([Buffer.from(saltLabel, "latin1"), salt]);
  const cost = 2 ** logN;
  // OpenSSL counts 128 r (N + 3) bytes for p = 1.
  const options = { N: cost, r: blockSize, p: 1, maxmem: 128 * blockSize * (cost + 16) };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.reveal(), labelled, keyBytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
