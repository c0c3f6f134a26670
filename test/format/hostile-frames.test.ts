import { constants, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compressFrame } from "../../src/format/frame.ts";
import { encodeSeekTable } from "../../src/format/seek-table.ts";
import { type Bend, type BendCase, dirtyAt, eachSection, outcomeOf } from "../support/bends.ts";
import { draftEntry } from "../support/hostile.ts";

const raw = (content: Buffer, params: { [key: number]: number }): Buffer =>
  zstdCompressSync(content, {
    pledgedSrcSize: content.length,
    params: { [constants.ZSTD_c_contentSizeFlag]: 1, [constants.ZSTD_c_checksumFlag]: 1, ...params },
  });
const skippable = Buffer.from("502a4d1804000000deadbeef", "hex");
const table =
  (bend: (bytes: Buffer) => Buffer): Bend =>
  (draft) =>
    (draft.table = (frames) => bend(encodeSeekTable(frames)));
const framesAs =
  (bend: (bytes: Buffer, at: number) => Buffer): Bend =>
  (draft) =>
    (draft.compress = (content, at) => bend(compressFrame(content), at));

const cutElsewhere: Bend = (draft) =>
  (draft.frames = ([a, b, c, d, e]) => [
    a!.subarray(0, 100),
    a!.subarray(100),
    b!.subarray(0, 513),
    Buffer.concat([b!.subarray(513), c!.subarray(0, 700)]),
    c!.subarray(700),
    d!,
    e!,
  ]);

describe("frames and seek tables in any other form are refused", () => {
  it.each<BendCase>([
    [
      "a frame without checksum",
      "bad-frame",
      (draft) => (draft.compress = (content) => raw(content, { [constants.ZSTD_c_checksumFlag]: 0 })),
    ],
    [
      "a frame without content size",
      "bad-frame",
      (draft) => (draft.compress = (content) => raw(content, { [constants.ZSTD_c_contentSizeFlag]: 0 })),
    ],
    [
      "two frames where the table names one",
      "bad-frame",
      (draft) =>
        (draft.compress = (content) =>
          Buffer.concat([compressFrame(content.subarray(0, 512)), compressFrame(content.subarray(512))])),
    ],
    ["a skippable frame after a frame", "bad-frame", framesAs((bytes) => Buffer.concat([bytes, skippable]))],
    ["a skippable frame before a frame", "bad-frame", framesAs((bytes) => Buffer.concat([skippable, bytes]))],
    ["a byte after a frame", "bad-frame", framesAs((bytes) => Buffer.concat([bytes, Buffer.alloc(1)]))],
    ["a frame cut short", "bad-frame", framesAs((bytes) => bytes.subarray(0, -1))],
    [
      "a wrong checksum in a frame of entries",
      "bad-frame",
      framesAs((bytes, index) => (index === 2 ? dirtyAt(bytes, bytes.length - 1) : bytes)),
    ],
    [
      "a frame of more than 8 MiB",
      "limit-exceeded",
      (draft) =>
        void draft.entries.splice(
          1,
          0,
          draftEntry(`${draft.entries[0]!.line.path}/.big`, Buffer.alloc(8 * 1024 * 1024)),
        ),
    ],
    [
      "a table that gives a frame another size",
      "bad-seek-table",
      (draft) =>
        (draft.table = (frames) =>
          encodeSeekTable(
            frames.map((frame, index) =>
              index === 4 ? { ...frame, contentBytes: frame.contentBytes + 512 } : frame,
            ),
          )),
    ],
    [
      "a table that gives a frame of entries another size",
      "bad-seek-table",
      (draft) =>
        (draft.table = (frames) =>
          encodeSeekTable(
            frames.map((frame, index) => ({
              ...frame,
              contentBytes: frame.contentBytes + (index === 1 ? 512 : index === 2 ? -512 : 0),
            })),
          )),
    ],
    [
      "a table that ends too early in the stream",
      "bad-seek-table",
      (draft) =>
        (draft.table = (frames) =>
          encodeSeekTable(frames.map((frame) => ({ ...frame, storedBytes: frame.storedBytes - 1 })))),
    ],
    [
      "a table with a frame left out",
      "bad-seek-table",
      (draft) => (draft.table = (frames) => encodeSeekTable(frames.slice(1))),
    ],
    [
      "a table with an empty frame",
      "bad-seek-table",
      (draft) =>
        (draft.table = (frames) =>
          encodeSeekTable([...frames.slice(0, 1), { storedBytes: 0, contentBytes: 0 }, ...frames.slice(1)])),
    ],
    [
      "a table of too few frames for a section",
      "bad-seek-table",
      (draft) => {
        draft.frames = (all) => [Buffer.concat(all.slice(0, 4)), all[4]!];
      },
    ],
    ["a byte after the table", "bad-seek-table", table((bytes) => Buffer.concat([bytes, Buffer.alloc(1)]))],
    ["a table with checksums", "bad-seek-table", table((bytes) => dirtyAt(bytes, bytes.length - 5))],
    ["a table with another magic number", "bad-seek-table", table((bytes) => dirtyAt(bytes, 0))],
    ["a table with another footer", "bad-seek-table", table((bytes) => dirtyAt(bytes, bytes.length - 1))],
    ["a table with a length that is not its own", "bad-seek-table", table((bytes) => dirtyAt(bytes, 4))],
    [
      "an index that does not begin a frame",
      "bad-index",
      (draft) => (draft.frames = ([a, b, c, d, e]) => [a!, b!, Buffer.concat([c!, d!]), e!]),
    ],
    [
      "an index line in two frames",
      "bad-index",
      (draft) =>
        (draft.frames = ([a, b, c, d, e]) => [a!, b!, c!, d!.subarray(0, 600), d!.subarray(600), e!]),
    ],
    [
      "an index header in two frames",
      "bad-tar",
      (draft) =>
        (draft.frames = ([a, b, c, d, e]) => [a!, b!, c!, d!.subarray(0, 300), d!.subarray(300), e!]),
    ],
    [
      "a close.json in two frames",
      "bad-tar",
      (draft) =>
        (draft.frames = (all) => [...all.slice(0, 4), all[4]!.subarray(0, 512), all[4]!.subarray(512)]),
    ],
  ])("%s: %s", async (_title, code, bend) => {
    for (const bends of eachSection(bend)) expect(await outcomeOf(bends)).toBe(code);
  });

  it("other cuts between frames are taken", async () => {
    expect(await outcomeOf({ plain: cutElsewhere, sealed: cutElsewhere })).toBe("full");
  });
});
