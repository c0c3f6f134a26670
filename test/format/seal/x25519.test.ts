import { randomBytes } from "node:crypto";
import { generateX25519Identity as generateByLibrary, identityToRecipient } from "age-encryption";
import { describe, expect, it } from "vitest";
import { decodeBase64Unpadded, encodeBase64Unpadded } from "../../../src/format/base64.ts";
import { unwrapWithIdentities, wrapForRecipients } from "../../../src/format/seal/age-library.ts";
import { encodeBech32 } from "../../../src/format/seal/bech32.ts";
import { openHeader, parseAgeHeader, sealHeader } from "../../../src/format/seal/header.ts";
import { generateIdentity, recipientOf } from "../../../src/format/seal/identities.ts";
import type { Stanza } from "../../../src/format/seal/stanza.ts";
import { isX25519Identity, isX25519Recipient } from "../../../src/format/seal/x25519.ts";
import { FormatError } from "../../../src/format/errors.ts";
import { Secret } from "../../../src/format/secret.ts";
import { ageHeader } from "../../support/age-header.ts";
import { failureOf } from "./outcome.ts";

const mine = await generateIdentity("x25519");
const theirs = await generateIdentity("x25519");
const stranger = await generateIdentity("x25519");
const postQuantum = await generateIdentity("post-quantum");

/** The file key or the code of the error: of ours, and of the age library behind the same strict parser. */
async function verdicts(header: Uint8Array, identities: readonly Secret[]): Promise<[string, string]> {
  return [
    await verdict(openHeader(header, { identities })),
    await verdict((async () => (parseAgeHeader(header), unwrapWithIdentities(header, identities)))()),
  ];
}

async function verdict(work: Promise<Buffer | undefined>): Promise<string> {
  try {
    return (await work)?.toString("hex") ?? "no-key";
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
}

function withShare(stanza: Stanza, change: (share: Buffer) => void): Stanza {
  const share = decodeBase64Unpadded(stanza.args[0]!)!;
  change(share);
  return { ...stanza, args: [encodeBase64Unpadded(share)] };
}

function withBody(stanza: Stanza, change: (body: Buffer) => void): Stanza {
  const body = Buffer.from(stanza.body);
  change(body);
  return { ...stanza, body };
}

const sealed = await sealHeader({ recipients: [theirs.recipient, mine.recipient] });
const [toTheirs, toMine] = parseAgeHeader(sealed.header).stanzas as [Stanza, Stanza];
const grease: Stanza = { type: "x-grease", args: ["what", "ever"], body: randomBytes(100) };
const unknown: Stanza = { type: "x25519", args: toMine.args, body: toMine.body };

/** Points of low order (RFC 7748 § 6.1 has them refused), with the highest bit, which does not count, and without. */
const lowOrder = [
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  `${"00".repeat(31)}80`,
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(31)}`,
];

function identityOf(prefix: string, bytes: number): string {
  return encodeBech32(prefix, Buffer.alloc(bytes, 7)).toUpperCase();
}

describe("X25519 by node:crypto and by the age library", () => {
  it("have the same recipient for an identity", async () => {
    for (const identity of await Promise.all(Array.from({ length: 20 }, generateByLibrary))) {
      expect(await recipientOf(new Secret(identity))).toBe(await identityToRecipient(identity));
    }
    for (const byte of [0, 1, 0x7f, 0x80, 0xff]) {
      const identity = encodeBech32("age-secret-key-", Buffer.alloc(32, byte)).toUpperCase();
      expect(await recipientOf(new Secret(identity))).toBe(await identityToRecipient(identity));
    }
  });

  it("open each other's headers", async () => {
    for (let round = 0; round < 20; round += 1) {
      const identity = new Secret(await generateByLibrary());
      const recipients = [theirs.recipient, await recipientOf(identity)];
      const ours = await sealHeader({ recipients });
      const library = await wrapForRecipients(recipients);
      expect(await unwrapWithIdentities(ours.header, [identity])).toEqual(ours.fileKey);
      expect(await openHeader(library.header, { identities: [identity] })).toEqual(library.fileKey);
      expect(ours.header.length).toBe(library.header.length);
    }
  });

  it.each([
    ["the first", [theirs.identity], true],
    ["the last", [mine.identity], true],
    ["both", [mine.identity, theirs.identity], true],
    ["a post-quantum and the last", [postQuantum.identity, mine.identity], true],
    ["another", [stranger.identity], false],
    ["a post-quantum", [postQuantum.identity], false],
  ])("agree on a header of two recipients and the identity of %s", async (_, identities, opens) => {
    const expected = opens ? sealed.fileKey.toString("hex") : "no-key";
    expect(await verdicts(sealed.header, identities)).toEqual([expected, expected]);
  });

  const key = sealed.fileKey.toString("hex");

  it.each<[string, Stanza[], string]>([
    ["grease and what is unknown in between", [grease, unknown, toMine, grease], key],
    ["a wrapped key that is changed", [withBody(toMine, (body) => (body[3]! ^= 1))], "no-key"],
    ["a tag that is changed", [withBody(toMine, (body) => (body[31]! ^= 1))], "no-key"],
    ["a share that is changed", [withShare(toMine, (share) => (share[7]! ^= 1))], "no-key"],
    // The same point, but the share itself is part of what the key is derived from.
    ["a share with its highest bit set", [withShare(toMine, (share) => (share[31]! ^= 0x80))], "no-key"],
    ["a share of another", [{ ...toMine, args: toTheirs.args }], "no-key"],
    ["a share that is cut", [{ ...toMine, args: [toMine.args[0]!.slice(0, -3)] }], "bad-age-header"],
    ["a second argument", [{ ...toMine, args: [...toMine.args, "x"] }], "bad-age-header"],
    ["no argument", [{ ...toMine, args: [] }], "bad-age-header"],
    ["a body that is cut", [{ ...toMine, body: toMine.body.subarray(1) }], "bad-age-header"],
    [
      "a body that is longer",
      [{ ...toMine, body: Buffer.concat([toMine.body, grease.body]) }],
      "bad-age-header",
    ],
    ["a bad one behind the one that fits", [toMine, { ...toMine, args: ["AA"] }], "bad-age-header"],
    ["the one that fits behind a changed one", [withBody(toMine, (body) => (body[3]! ^= 1)), toMine], key],
  ])("agree on a header with %s", async (_, stanzas, expected) => {
    const header = ageHeader(stanzas, sealed.fileKey);
    expect(await verdicts(header, [mine.identity])).toEqual([expected, expected]);
  });

  it.each(lowOrder)("refuse the share of low order %s", async (hex) => {
    const low = withShare(toMine, (share) => void Buffer.from(hex, "hex").copy(share));
    const behind = ageHeader([toMine, low], sealed.fileKey);
    expect(await verdicts(behind, [mine.identity])).toEqual([key, key]);
    for (const stanzas of [[low], [low, toMine], [toTheirs, low]]) {
      const header = ageHeader(stanzas, sealed.fileKey);
      expect(await verdicts(header, [mine.identity])).toEqual(["bad-age-header", "bad-age-header"]);
    }
  });

  it.each(lowOrder)("refuse the recipient of low order %s", async (hex) => {
    const recipients = [mine.recipient, encodeBech32("age", Buffer.from(hex, "hex"))];
    expect((await failureOf(sealHeader({ recipients })))?.code).toBe("bad-key");
    expect((await failureOf(wrapForRecipients(recipients)))?.code).toBe("bad-key");
  });

  it("refuse a header whose MAC is of another file key", async () => {
    const header = ageHeader([toMine], randomBytes(16));
    expect(await verdicts(header, [mine.identity])).toEqual(["bad-age-header", "bad-age-header"]);
  });

  const good = mine.identity.reveal();

  it.each([
    ["of lower case", good.toLowerCase()],
    ["of mixed case", `${good.slice(0, 16)}${good.slice(16).toLowerCase()}`],
    ["of mixed case in its prefix", good.replace("KEY", "Key")],
    ["changed", `${good.slice(0, -1)}${good.endsWith("Q") ? "P" : "Q"}`],
    ["too short", identityOf("age-secret-key-", 31)],
    ["too long", identityOf("age-secret-key-", 33)],
    ["empty", ""],
    ["a recipient", mine.recipient],
    ["of a plugin", identityOf("age-plugin-x-", 32)],
    ["with a space", `${good} `],
  ])("refuse an identity that is %s", async (_, text) => {
    const identity = new Secret(text);
    expect(isX25519Identity(identity)).toBe(false);
    for (const header of [sealed.header, ageHeader([grease], sealed.fileKey)]) {
      const expected = ["bad-key", "bad-key"];
      expect(await verdicts(header, [identity])).toEqual(expected);
      expect(await verdicts(header, [mine.identity, identity])).toEqual(expected);
    }
  });

  it.each([
    ["upper case", mine.recipient.toUpperCase()],
    ["too short", encodeBech32("age", Buffer.alloc(31, 7))],
    ["too long", encodeBech32("age", Buffer.alloc(33, 7))],
    ["an identity", good],
    ["post-quantum", postQuantum.recipient],
  ])("a recipient that is %s is none of X25519", (_, text) => {
    expect(isX25519Recipient(text)).toBe(false);
  });
});
