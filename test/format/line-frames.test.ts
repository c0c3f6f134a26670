import { expect, it } from "vitest";
import { decompressFrame } from "../../src/format/frame.ts";
import { LineFrames } from "../../src/format/line-frames.ts";

const line = (n: number): string => `${JSON.stringify({ path: `state/${n}`, text: "x".repeat(900) })}\n`;

it("an index comes out as it went in, in frames that hold no more memory than their bytes", () => {
  const index = new LineFrames(1);
  const lines = Array.from({ length: 4000 }, (_, n) => line(n));
  for (const one of lines) index.add(one);
  const { bytes, frames } = index.finish();
  const content = Buffer.concat(frames.map((frame) => decompressFrame(frame.bytes)));
  expect(content.subarray(0, bytes).toString()).toBe(lines.join(""));
  expect(frames.length).toBeGreaterThan(3);
  const held = frames.map((frame) => frame.bytes.buffer.byteLength);
  // Small ones lie in a buffer of Node's that many share.
  for (const memory of held) expect(memory).toBeLessThanOrEqual(Buffer.poolSize);
});
