import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/format/errors.ts";
import { openHeader, parseAgeHeader } from "../../../src/format/seal/header.ts";
import {
  chunkCount,
  nonceBytes,
  openChunk,
  openPayload,
  payloadKey,
  PayloadSealer,
  plainBytes,
  sealedBytes,
  sealedChunkBytes,
} from "../../../src/format/seal/payload.ts";
import { encodeAgeHeader } from "../../../src/format/seal/stanza.ts";
import { vectors } from "./vectors.ts";
import type { Vector } from "./vectors.ts";

/** Where a reader stops, and with which code. */
type Outcome =
  | `${"parse" | "open"}: ${"bad-age-header" | "limit-exceeded" | "no-key"}`
  | "payload: bad-chunk"
  | "success";

const usual: Readonly<Record<string, Outcome>> = {
  success: "success",
  "no match": "open: no-key",
  "HMAC failure": "open: bad-age-header",
  "header failure": "parse: bad-age-header",
  "payload failure": "payload: bad-chunk",
};

const special: Readonly<Record<string, Outcome>> = {
  // The one place where ocbak is stricter than age: threats.md A22.
  hybrid_and_x25519: "parse: bad-age-header",
  // The share is of the right form; only an identity shows that it is of low order.
  hybrid_identity: "open: bad-age-header",
  hybrid_low_order: "open: bad-age-header",
  x25519_identity: "open: bad-age-header",
  x25519_low_order: "open: bad-age-header",
  scrypt_work_factor_23: "parse: limit-exceeded",
  scrypt_work_factor_overflow: "parse: limit-exceeded",
  // To us the nonce is the beginning of the payload.
  stream_no_nonce: "payload: bad-chunk",
  stream_short_nonce: "payload: bad-chunk",
  stream_no_chunks: "payload: bad-chunk",
  stream_missing_tag: "payload: bad-chunk",
  stream_short_chunk: "payload: bad-chunk",
};

const binary = vectors.filter((vector) => !vector.armored);

function code(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
  return undefined;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function openedKey(vector: Vector): Promise<Buffer> {
  const { headerBytes } = parseAgeHeader(vector.file);
  const passphrase = () => Promise.resolve(vector.passphrases[0]);
  return openHeader(vector.file.subarray(0, headerBytes), { identities: vector.identities, passphrase });
}

async function read(vector: Vector): Promise<string> {
  const parsed = code(() => parseAgeHeader(vector.file));
  if (parsed !== undefined) return `parse: ${parsed}`;
  let fileKey: Buffer;
  try {
    fileKey = await openedKey(vector);
  } catch (error) {
    if (error instanceof FormatError) return `open: ${error.code}`;
    throw error;
  }
  const payload = vector.file.subarray(parseAgeHeader(vector.file).headerBytes);
  const opened = code(() => openPayload(fileKey, payload));
  return opened === undefined ? "success" : `payload: ${opened}`;
}

/** Reads the chunks with the last one first, then the others in falling order. */
function readBackwards(fileKey: Buffer, payload: Buffer): Buffer {
  const last = chunkCount(plainBytes(payload.length)) - 1;
  const key = payloadKey(fileKey, payload.subarray(0, nonceBytes));
  const chunks: Buffer[] = [];
  for (let index = last; index >= 0; index -= 1) {
    const start = nonceBytes + index * sealedChunkBytes;
    chunks.unshift(openChunk(key, index, index === last, payload.subarray(start, start + sealedChunkBytes)));
  }
  return Buffer.concat(chunks);
}

/** What a reader that streams releases: it does not know which chunk is the last until one decrypts as that. */
function releasedByStreaming(fileKey: Buffer, payload: Buffer): Buffer {
  const key = payloadKey(fileKey, payload.subarray(0, nonceBytes));
  const released: Buffer[] = [];
  for (let index = 0, at = nonceBytes; at < payload.length; index += 1, at += sealedChunkBytes) {
    const sealed = payload.subarray(at, at + sealedChunkBytes);
    if (code(() => released.push(openChunk(key, index, false, sealed))) === undefined) continue;
    code(() => released.push(openChunk(key, index, true, sealed)));
    break;
  }
  return Buffer.concat(released);
}

describe("the age test vectors", () => {
  it("are 143, of which 110 are binary and 33 armoured ones that an archive never holds", () => {
    expect([vectors.length, binary.length]).toEqual([143, 110]);
    expect(Object.keys(special).filter((name) => !binary.some((vector) => vector.name === name))).toEqual([]);
  });

  it.each(binary)("$name ends as it must (age says: $expect)", async (vector) => {
    expect(await read(vector)).toBe(special[vector.name] ?? usual[vector.expect]);
  });

  const readable = binary.filter(
    (vector) => vector.expect === "success" && special[vector.name] === undefined,
  );
  it("that ocbak reads to the end are 18", () => {
    expect(readable.length).toBe(18);
  });

  it.each(readable)(
    "$name gives the right file key and payload, read whole and from its last chunk",
    async (vector) => {
      const fileKey = await openedKey(vector);
      const payload = vector.file.subarray(parseAgeHeader(vector.file).headerBytes);
      expect(fileKey.toString("hex")).toBe(vector.fileKey);
      expect(sha256(openPayload(fileKey, payload))).toBe(vector.payload);
      expect(sha256(readBackwards(fileKey, payload))).toBe(vector.payload);
    },
  );

  it.each(readable)("$name is what sealing its payload again gives", async (vector) => {
    const fileKey = await openedKey(vector);
    const payload = vector.file.subarray(parseAgeHeader(vector.file).headerBytes);
    const plain = openPayload(fileKey, payload);
    const sealer = new PayloadSealer(fileKey, payload.subarray(0, nonceBytes));
    expect(Buffer.concat([...sealer.update(plain), ...sealer.final()]).equals(payload)).toBe(true);
    expect(sealedBytes(plain.length)).toBe(payload.length);
  });

  it.each(binary.filter((vector) => vector.expect === "payload failure"))(
    "$name is refused from its last chunk, and streaming it releases only what age allows",
    async (vector) => {
      const fileKey = await openedKey(vector);
      const payload = vector.file.subarray(parseAgeHeader(vector.file).headerBytes);
      expect(code(() => readBackwards(fileKey, payload))).toBe("bad-chunk");
      expect(sha256(releasedByStreaming(fileKey, payload))).toBe(vector.payload);
    },
  );

  it("with a header that parses re-encode to the same bytes", () => {
    const parsed = binary.filter((vector) => code(() => parseAgeHeader(vector.file)) === undefined);
    expect(parsed.length).toBeGreaterThan(40);
    for (const { file } of parsed) {
      const { stanzas, mac, headerBytes } = parseAgeHeader(file);
      expect(encodeAgeHeader(stanzas, mac).equals(file.subarray(0, headerBytes))).toBe(true);
    }
  });
});
