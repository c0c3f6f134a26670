import { randomBytes } from "node:crypto";
import { Decrypter, Encrypter } from "age-encryption";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decrypt, encrypt } from "../../../src/format/seal/aead.ts";
import { sealHeader } from "../../../src/format/seal/header.ts";
import { generateIdentity } from "../../../src/format/seal/identities.ts";
import {
  chunkBytes,
  chunkCount,
  nonceBytes,
  openChunk,
  openPayload,
  payloadKey,
  PayloadSealer,
  plainBytes,
  sealedBytes,
  sealedChunkBytes,
  tagBytes,
} from "../../../src/format/seal/payload.ts";
import { codeOf, keyFor } from "./outcome.ts";

const sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000];
const fileKey = randomBytes(16);
const { identity, recipient } = await generateIdentity("x25519");

function seal(
  parts: readonly Uint8Array[],
  nonce: Uint8Array = randomBytes(nonceBytes),
  key: Uint8Array = fileKey,
) {
  const sealer = new PayloadSealer(key, nonce);
  return Buffer.concat([...parts.flatMap((part) => sealer.update(part)), ...sealer.final()]);
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

describe("a payload", () => {
  it.each(sizes)("of %d bytes is what the age library writes under the same key and nonce", async (size) => {
    const plain = randomBytes(size);
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    const file = Buffer.from(await encrypter.encrypt(plain));
    const { header, key } = await keyFor(file, identity);
    const theirs = file.subarray(header.length);
    expect(seal([plain], theirs.subarray(0, nonceBytes), key).equals(theirs)).toBe(true);
    expect(openPayload(key, theirs).equals(plain)).toBe(true);
    expect(sealedBytes(size)).toBe(theirs.length);
    expect(plainBytes(theirs.length)).toBe(size);
  });

  it.each(sizes)("of %d bytes behind our header is read by the age library", async (size) => {
    const plain = randomBytes(size);
    const sealed = await sealHeader({ recipients: [recipient] });
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity.reveal());
    const file = Buffer.concat([sealed.header, seal([plain], randomBytes(nonceBytes), sealed.fileKey)]);
    expect(Buffer.from(await decrypter.decrypt(file)).equals(plain)).toBe(true);
  });

  it("is the same however the plain bytes arrive", () => {
    const nonce = randomBytes(nonceBytes);
    fc.assert(
      fc.property(
        fc.constantFrom(...sizes),
        fc.array(fc.integer({ min: 0, max: 80_000 }), { maxLength: 6 }),
        (size, cuts) => {
          const plain = Buffer.alloc(size, "some text ");
          const ends = [...cuts.map((cut) => Math.min(cut, size)).toSorted((a, b) => a - b), size];
          const parts = ends.map((end, at) => plain.subarray(at === 0 ? 0 : ends[at - 1], end));
          const sealed = seal(parts, nonce);
          expect(sealed.equals(seal([plain], nonce))).toBe(true);
          expect(openPayload(fileKey, sealed).equals(plain)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("holds no plain bytes of a buffer that is used again", () => {
    const nonce = randomBytes(nonceBytes);
    const sealer = new PayloadSealer(fileKey, nonce);
    const buffer = Buffer.alloc(1000, "a");
    const out = [...sealer.update(buffer)];
    buffer.fill("b");
    out.push(...sealer.update(buffer), ...sealer.final());
    const plain = Buffer.concat([Buffer.alloc(1000, "a"), Buffer.alloc(1000, "b")]);
    expect(Buffer.concat(out).equals(seal([plain], nonce))).toBe(true);
  });

  it("begins with its nonce, once, and gives full chunks as soon as they cannot be the last", () => {
    const nonce = randomBytes(nonceBytes);
    const sealer = new PayloadSealer(fileKey, nonce);
    expect(sealer.update(Buffer.alloc(0))).toEqual([nonce]);
    expect(lengthOf(sealer.update(Buffer.alloc(chunkBytes)))).toBe(0);
    expect(lengthOf(sealer.update(Buffer.alloc(1)))).toBe(sealedChunkBytes);
    expect(lengthOf(sealer.final())).toBe(1 + tagBytes);
    expect(() => sealer.update(Buffer.alloc(1))).toThrow(TypeError);
    expect(() => sealer.final()).toThrow(TypeError);
  });

  it.each([0, 15, 17])("does not begin with a nonce of %d bytes", (length) => {
    expect(() => new PayloadSealer(fileKey, randomBytes(length))).toThrow(RangeError);
  });
});

describe("a chunk", () => {
  const plain = Buffer.alloc(2 * chunkBytes + 10, 7);
  const payload = seal([plain]);
  const key = payloadKey(fileKey, payload.subarray(0, nonceBytes));
  const chunk = (index: number) => {
    const start = nonceBytes + index * sealedChunkBytes;
    return payload.subarray(start, start + sealedChunkBytes);
  };

  it.each([
    ["in its place", { index: 1, last: false, from: 1 }, undefined],
    ["the last, in its place", { index: 2, last: true, from: 2 }, undefined],
    ["taken for the last", { index: 1, last: true, from: 1 }, "bad-chunk"],
    ["the last, taken for another", { index: 2, last: false, from: 2 }, "bad-chunk"],
    ["of another place", { index: 0, last: false, from: 1 }, "bad-chunk"],
  ] as const)("%s ends as it must", (_, { index, last, from }, code) => {
    expect(codeOf(() => openChunk(key, index, last, chunk(from)))).toBe(code);
  });

  it("with any byte changed is refused", () => {
    fc.assert(
      fc.property(fc.nat(sealedChunkBytes - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(chunk(0));
        changed[at]! ^= change;
        expect(codeOf(() => openChunk(key, 0, false, changed))).toBe("bad-chunk");
      }),
      { numRuns: 30 },
    );
  });

  it.each([-1, 0.5, 2 ** 53])("has no index %d", (index) => {
    expect(() => openChunk(key, index, false, chunk(0))).toThrow(RangeError);
  });

  it("after the first that is last and empty is refused, though its tag is right", () => {
    const nonce = Buffer.from("000000000000000000000101", "hex");
    const empty = Buffer.concat(encrypt(key, nonce, Buffer.alloc(0)));
    expect(decrypt(key, nonce, empty)).toEqual(Buffer.alloc(0));
    expect(codeOf(() => openChunk(key, 1, true, empty))).toBe("bad-chunk");
  });

  it("knows an index beyond 32 bits", () => {
    // The counter's bytes, big-endian: 2^32 is not 0 again.
    expect(codeOf(() => openChunk(key, 2 ** 32, false, chunk(0)))).toBe("bad-chunk");
  });

  it.each([0, 255, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 2 ** 31 + 7, 2 ** 53 - 1])(
    "%d has its index in the nonce, big-endian, before the flag of the last",
    (index) => {
      const counter = index.toString(16).padStart(22, "0");
      for (const last of [false, true]) {
        const nonce = Buffer.from(`${counter}0${Number(last)}`, "hex");
        const sealed = Buffer.concat(encrypt(key, nonce, Buffer.alloc(chunkBytes, 1)));
        expect(openChunk(key, index, last, sealed).equals(Buffer.alloc(chunkBytes, 1))).toBe(true);
      }
    },
  );
});

describe("the length of a payload", () => {
  it.each([0, 15, 16, 31])("is never %d: that is cut short", (length) => {
    expect(codeOf(() => plainBytes(length))).toBe("bad-chunk");
  });

  it.each([sealedChunkBytes + 1, sealedChunkBytes + tagBytes, 5 * sealedChunkBytes + 16])(
    "is never 16 + %d: its last chunk would be empty or less",
    (length) => {
      expect(codeOf(() => plainBytes(nonceBytes + length))).toBe("bad-chunk");
    },
  );

  it("tells the plain bytes, and they tell it", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 45), (size) => {
        expect(plainBytes(sealedBytes(size))).toBe(size);
        expect(chunkCount(size)).toBe(Math.ceil((sealedBytes(size) - nonceBytes) / sealedChunkBytes));
      }),
    );
  });
});
