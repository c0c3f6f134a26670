import { expect, it } from "vitest";
import { bent } from "../../fixtures/case.ts";
import { chunksOf, payloadOf, sealedAnew } from "../../fixtures/flat-payload.ts";
import { fileKey } from "../../fixtures/keys.ts";
import { chunkBytes, openPayload } from "../../src/format/seal/payload.ts";
import { incompressible } from "../support/archives.ts";
import { type Bend, added } from "../support/bends.ts";
import { draftEntry } from "../support/hostile.ts";
import { outcome } from "../support/read.ts";

// Vectors that are too large to lie in fixtures/vectors. From chunk 256 on the counter takes more than one byte.
const keys = { fileKey };
const frameBytes = 4 * 1024 * 1024;

/** Entries in frames that a reader takes. */
const inPieces: Bend = (draft) => {
  draft.frames = ([head, inventory, records, ...rest]) => {
    const pieces = [];
    for (let at = 0; at < records!.length; at += frameBytes)
      pieces.push(records!.subarray(at, at + frameBytes));
    return [head!, inventory!, ...pieces, ...rest];
  };
};

function archive(chunks: number, bend: (chunks: Buffer[]) => Buffer[]): Buffer {
  const { sealed } = added(draftEntry("state/large", incompressible((chunks - 1) * chunkBytes + 1000)));
  return bent("", "full", {
    sealed: (draft) => {
      sealed!(draft);
      inPieces(draft);
    },
    payload: (payload) => {
      const all = chunksOf(sealedAnew(openPayload(fileKey, payload)));
      expect(all).toHaveLength(chunks);
      return payloadOf(bend(all));
    },
  }).bytes;
}

it.each([256, 257, 258])("a sealed section of %d age chunks", async (chunks) => {
  expect(
    await outcome(
      archive(chunks, (all) => all),
      keys,
    ),
  ).toBe("full");
  expect(
    await outcome(
      archive(chunks, (all) => all.slice(0, -1)),
      keys,
    ),
  ).toBe("bad-chunk");
});
