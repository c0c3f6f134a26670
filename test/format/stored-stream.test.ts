import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ByteSource } from "../../src/format/bytes.ts";
import type { SectionLayout } from "../../src/format/section-layout.ts";
import { StoredStream } from "../../src/format/stored-stream.ts";
import { codeOf } from "./seal/outcome.ts";

const segmentBytes = 1000;
const stored = randomBytes(3 * segmentBytes + 10);

const layout: SectionLayout = {
  name: "plain",
  segments: [0, 1, 2, 3].map((number) => {
    const content = stored.subarray(number * segmentBytes, (number + 1) * segmentBytes);
    const sha256 = createHash("sha256").update(content).digest("hex");
    return { number, offset: number * segmentBytes, bytes: content.length, sha256 };
  }),
  storedBytes: stored.length,
  segmentBytes,
  memberBytes: stored.length,
};

function sourceOf(bytes: Buffer): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

describe("the stored stream of a section", () => {
  it("gives the same bytes wherever it is read, within segments and across them", async () => {
    const stream = new StoredStream(sourceOf(stored), layout, { prove: true });
    for (const [from, to] of [
      [0, 10],
      [990, 1010],
      [2999, 3010],
      [0, 3010],
      [500, 2500],
    ] as const)
      expect(await stream.read(from, to - from)).toEqual(stored.subarray(from, to));
  });

  it("digests every segment once, however often reading goes to and fro", async () => {
    const proved: number[] = [];
    const onProved = (bytes: number) => void proved.push(bytes);
    const stream = new StoredStream(sourceOf(stored), layout, { prove: true, onProved });
    for (let at = 0; at < segmentBytes; at += 100) {
      for (const segment of [3, 0, 2, 1]) await stream.read(segment * segmentBytes, 10);
    }
    expect(proved.sort((a, b) => a - b)).toEqual([10, segmentBytes, segmentBytes, segmentBytes]);
  });

  it.each([0, 1, 2, 3])(
    "gives nothing of segment %i, from any place, where a byte of it is wrong",
    async (number) => {
      const damaged = Buffer.from(stored);
      damaged[number * segmentBytes + 5]! ^= 1;
      const stream = new StoredStream(sourceOf(damaged), layout, { prove: true });
      for (const segment of [0, 1, 2, 3, 0, 1, 2, 3]) {
        const code = await stream.read(segment * segmentBytes + 8, 2).then(
          () => undefined,
          (error: unknown) =>
            codeOf(() => {
              throw error;
            }),
        );
        expect(code).toBe(segment === number ? "digest-mismatch" : undefined);
      }
    },
  );
});
