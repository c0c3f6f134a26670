import { createSecretKey, scryptSync } from "node:crypto";
import { deriveKey, encrypt } from "../../src/format/seal/aead.ts";
import { openPayload } from "../../src/format/seal/payload.ts";
import { type Stanza, decodeAgeHeader } from "../../src/format/seal/stanza.ts";
import { ageHeader, ageHeaderMac } from "../support/age-header.ts";
import type { Base } from "./corpus.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import type { Rng } from "./rng.ts";
import type { Step } from "./steps.ts";

const logN = 4;

/** A header that a passphrase opens at next to no cost. */
export function passphraseHeader(passphrase: string, fileKey: Buffer): Buffer {
  const salt = Buffer.alloc(16, 1);
  const labelled = Buffer.concat([Buffer.from("age-encryption.org/v1/scrypt"), salt]);
  const key = scryptSync(passphrase, labelled, 32, { N: 2 ** logN, r: 8, p: 1 });
  const body = Buffer.concat(encrypt(key, Buffer.alloc(12), fileKey));
  return ageHeader([{ type: "scrypt", args: [unpadded(salt), String(logN)], body }], fileKey);
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}

const types = [
  "X25519",
  "scrypt",
  "mlkem768x25519",
  "p256tag",
  "mlkem768p256tag",
  "ssh-ed25519",
  "a-grease",
  "x",
];

function someStanza(rng: Rng): Stanza {
  const type = rng.pick(types);
  const args = Array.from({ length: rng.int(3) }, () => unpadded(rng.bytes(rng.pick([4, 16, 32, 65, 1120]))));
  return { type, args, body: rng.bytes(rng.pick([0, 16, 32, 47, 48, 49, 96])) };
}

/** Work factors are kept small or too large: what lies between costs up to a gigabyte, as it may. */
const factors = ["0", "1", "4", "9", "04", "21", "22", "64", "1e1", "-1", "", "99999999999"];

function changedStanza(stanza: Stanza, rng: Rng): Stanza {
  const { type, args, body } = stanza;
  return rng.weighted<() => Stanza>([
    [2, () => ({ ...stanza, body: mutateBytes(body, rng) })],
    [1, () => ({ ...stanza, type: rng.pick(types) })],
    [1, () => ({ ...stanza, args: args.slice(1) })],
    [1, () => ({ ...stanza, args: [...args, rng.pick(["x", "", "AAAA"])] })],
    [
      1,
      () => ({ ...stanza, args: args.map((arg) => unpadded(mutateBytes(Buffer.from(arg, "base64"), rng))) }),
    ],
    [type === "scrypt" ? 8 : 0, () => ({ ...stanza, args: [args[0]!, rng.pick(factors)] })],
  ])();
}

/** Other stanzas, under a MAC that fits. */
function stanzasChanged(rng: Rng, { key }: Base): Step {
  return {
    name: "age stanzas",
    ageHeader: (header) => {
      const { stanzas } = decodeAgeHeader(header);
      const at = rng.int(stanzas.length);
      const changed = rng.weighted<() => Stanza[]>([
        [3, () => stanzas.with(at, changedStanza(stanzas[at]!, rng))],
        [3, () => stanzas.toSpliced(at + rng.int(2), 0, someStanza(rng))],
        [1, () => [...stanzas, ...stanzas]],
        [1, () => []],
        [1, () => Array.from({ length: rng.pick([10, 400, 1500]) }, () => stanzas[at]!)],
      ])();
      return ageHeader(changed, key.fileKey);
    },
  };
}

/** Other text before the MAC, under a MAC that fits what is there. */
function headerText(rng: Rng, { key }: Base): Step {
  return {
    name: "age header text",
    ageHeader: (header) => {
      const until = header.lastIndexOf("---") + 3;
      const text = mutateBytes(header.subarray(0, until), rng);
      if (rng.once(2)) return Buffer.concat([text, header.subarray(until)]);
      return Buffer.concat([text, Buffer.from(` ${unpadded(ageHeaderMac(text, key.fileKey))}\n`)]);
    },
  };
}

/** The payload's bytes as they stand. */
function payloadBytes(rng: Rng): Step {
  return { name: "age payload bytes", payload: (payload) => mutateBytes(payload, rng) };
}

/** The same stream in chunks that age does not allow. */
function chunksChanged(rng: Rng, { key }: Base): Step {
  return {
    name: "age chunks",
    payload: (payload) => {
      const nonce = payload.subarray(0, 16);
      const plain = openPayload(key.fileKey, payload);
      const chunkBytes = rng.pick([65_536, 65_535, 65_537, 1000, 60_000]);
      const chunks = Array.from({ length: Math.ceil(plain.length / chunkBytes) }, (_, at) =>
        plain.subarray(at * chunkBytes, (at + 1) * chunkBytes),
      );
      if (rng.once(2)) chunks.push(Buffer.alloc(rng.int(2)));
      const lastAt = rng.pick([0, chunks.length - 1, chunks.length]);
      const secret = createSecretKey(deriveKey(key.fileKey, nonce, "payload"));
      return Buffer.concat([
        nonce,
        ...chunks.flatMap((chunk, at) => encrypt(secret, nonceOf(at, at === lastAt), chunk)),
      ]);
    },
  };
}

function nonceOf(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(index, 7);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Puts stanzas beside the one that opens it which a reader ignores: still an archive. */
function grease(rng: Rng, { key }: Base): Step {
  return {
    name: "age grease",
    ageHeader: (header) => {
      const { stanzas } = decodeAgeHeader(header);
      const more = { type: "x-grease", args: ["a"], body: rng.bytes(rng.int(100)) };
      return ageHeader([...stanzas, more], key.fileKey);
    },
  };
}

export const ageLayer = [
  [4, stanzasChanged],
  [3, headerText],
  [2, payloadBytes],
  [3, chunksChanged],
  [1, grease],
] as const;
