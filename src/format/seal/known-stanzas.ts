import { decodeBase64Unpadded } from "../base64.ts";
import { FormatError } from "../errors.ts";
import { limits } from "../limits.ts";
import { broken } from "./stanza.ts";
import type { Stanza } from "./stanza.ts";

/** A file key of 16 bytes with its tag. */
const wrappedKeyBytes = 32;

/** Bytes of the base64 arguments of the stanza types that the age specification lays down. */
const argumentBytes: Readonly<Record<string, readonly number[]>> = {
  X25519: [32],
  mlkem768x25519: [1120],
  p256tag: [4, 65],
  mlkem768p256tag: [4, 1153],
};

const classicTypes: ReadonlySet<string> = new Set([
  "X25519",
  "p256tag",
  "ssh-rsa",
  "ssh-ed25519",
  "piv-p256",
]);
const postQuantumTypes: ReadonlySet<string> = new Set(["mlkem768x25519", "mlkem768p256tag"]);

/** age writers may strew in stanzas of made-up types, so that readers keep ignoring what they do not know. */
export function isGrease(stanza: Stanza): boolean {
  return /(^|-)grease$/.test(stanza.type);
}

/**
 * Throws `bad-age-header` where a stanza of a known type is not of its form, stands beside a passphrase, or where
 * post-quantum and classic recipients are mixed; `limit-exceeded` for a work factor above the limit.
 */
export function checkStanzas(stanzas: readonly Stanza[]): void {
  for (const stanza of stanzas) {
    if (stanza.type === "scrypt") checkScrypt(stanza, stanzas.length === 1);
    else checkKnown(stanza);
  }
  const classic = stanzas.some((stanza) => classicTypes.has(stanza.type));
  const postQuantum = stanzas.some((stanza) => postQuantumTypes.has(stanza.type));
  if (classic && postQuantum) throw broken("mixes post-quantum and classic recipients");
}

function checkKnown(stanza: Stanza): void {
  if (!Object.hasOwn(argumentBytes, stanza.type)) return;
  const lengths = argumentBytes[stanza.type]!;
  const given = stanza.args.map((arg) => decodeBase64Unpadded(arg)?.length);
  if (given.length !== lengths.length || !lengths.every((length, at) => given[at] === length))
    throw malformed(stanza);
  if (stanza.body.length !== wrappedKeyBytes) throw malformed(stanza);
}

function checkScrypt(stanza: Stanza, alone: boolean): void {
  if (!alone) throw broken("has a passphrase beside something else");
  const [salt, logN] = stanza.args;
  if (stanza.args.length !== 2 || !/^[1-9][0-9]*$/.test(logN!)) throw malformed(stanza);
  if (decodeBase64Unpadded(salt!)?.length !== 16) throw malformed(stanza);
  if (stanza.body.length !== wrappedKeyBytes) throw malformed(stanza);
  if (Number(logN) > limits.scryptLogNMax) {
    throw new FormatError("limit-exceeded", `the passphrase's work factor exceeds ${limits.scryptLogNMax}`);
  }
}

function malformed(stanza: Stanza): FormatError {
  return broken(`has a bad ${stanza.type} stanza`);
}
