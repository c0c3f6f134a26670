import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PayloadSealer, nonceBytes, sealedChunkBytes } from "../../src/format/seal/payload.ts";
import { UnsealedStream } from "../../src/format/unsealed-stream.ts";
import { incompressible, memorySource } from "../support/archives.ts";
import { dirtyAt } from "../support/bends.ts";
import { failureOf } from "./seal/outcome.ts";

const fileKey = randomBytes(16);

function sealed(plain: Buffer): Buffer {
  const sealer = new PayloadSealer(fileKey, randomBytes(nonceBytes));
  return Buffer.concat([...sealer.update(plain), ...sealer.final()]);
}

function opened(payload: Buffer): Promise<UnsealedStream> {
  return UnsealedStream.open(memorySource(payload), fileKey);
}

describe("a sealed stream", () => {
  it.each([1, 65_535, 65_536, 65_537, 131_072, 200_000])(
    "of %d bytes is read at any place",
    async (length) => {
      const plain = incompressible(length);
      const stream = await opened(sealed(plain));
      expect(stream.sizeBytes).toBe(length);
      const place = fc
        .tuple(fc.nat(length), fc.nat(length))
        .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
      await fc.assert(
        fc.asyncProperty(place, async ([from, to]) => {
          expect((await stream.read(from, to - from)).equals(plain.subarray(from, to))).toBe(true);
        }),
        { numRuns: 30, examples: [[[length, length]], [[0, 0]]] },
      );
    },
  );

  const payload = sealed(incompressible(200_000));
  it.each([
    ["cut between two chunks", payload.subarray(0, nonceBytes + 2 * sealedChunkBytes), "bad-chunk"],
    ["cut inside of a chunk", payload.subarray(0, 100_000), "bad-chunk"],
    ["cut after its nonce", payload.subarray(0, nonceBytes), "bad-chunk"],
    ["that holds nothing", sealed(Buffer.alloc(0)), "bad-chunk"],
    ["changed in its last chunk", dirtyAt(payload, -1), "bad-chunk"],
    ["with another nonce", dirtyAt(payload, 0), "bad-chunk"],
    ["with a byte behind it", Buffer.concat([payload, Buffer.alloc(1)]), "bad-chunk"],
  ])("%s gives out nothing, not even its start", async (_title, bytes, code) => {
    expect((await failureOf(opened(bytes)))?.code).toBe(code);
  });

  it("changed in another chunk gives out the others", async () => {
    const stream = await opened(dirtyAt(payload, nonceBytes + sealedChunkBytes));
    expect((await failureOf(stream.read(65_536, 1)))?.code).toBe("bad-chunk");
    expect(await stream.read(0, 65_536)).toHaveLength(65_536);
  });
});
