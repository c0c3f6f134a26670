import { constants, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compressFrame, decompressFrame, frameLength } from "../../src/format/frame.ts";
import { limits } from "../../src/format/limits.ts";
import { SeekTable, encodeSeekTable, parseSeekTableFooter } from "../../src/format/seek-table.ts";
import { incompressible } from "../support/archives.ts";
import { dirtyAt } from "../support/bends.ts";
import { codeOf } from "./seal/outcome.ts";

const mebibyte = 1024 * 1024;

describe("a frame", () => {
  it.each([0, 1, 63, 64, 255, 256, 65_791, 65_792, 131_072, 131_073, 2 * mebibyte, 8 * mebibyte])(
    "of %d bytes is read back",
    (length) => {
      for (const content of [incompressible(length), Buffer.alloc(length, "abc")]) {
        const frame = compressFrame(content);
        expect(decompressFrame(frame).equals(content)).toBe(true);
        expect(frameLength(Buffer.concat([frame, frame]))).toBe(frame.length);
        expect(frame.length).toBeLessThanOrEqual(limits.frameStoredBytes);
      }
    },
  );

  it.each([1, 3, 12, 13, 19])("of level %d is one that every reader must take", (level) => {
    const content = Buffer.concat([incompressible(3 * mebibyte), incompressible(3 * mebibyte)]);
    expect(decompressFrame(compressFrame(content, level)).equals(content)).toBe(true);
  });

  const whole = compressFrame(Buffer.from("hello ".repeat(1000)));
  it("cut anywhere, with anything behind it, or changed anywhere is refused", () => {
    for (let length = 0; length < whole.length; length++)
      expect(codeOf(() => decompressFrame(whole.subarray(0, length)))).toBe("bad-frame");
    expect(codeOf(() => decompressFrame(Buffer.concat([whole, Buffer.alloc(1)])))).toBe("bad-frame");
    expect(codeOf(() => decompressFrame(Buffer.concat([whole, whole])))).toBe("bad-frame");
    for (let at = 0; at < whole.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(whole);
        changed[at]! ^= 1 << bit;
        expect(["bad-frame", "limit-exceeded"]).toContain(codeOf(() => decompressFrame(changed)));
      }
    }
  });
});

/** Magic, descriptor, then window and size fields as given. */
function header(hex: string): Buffer {
  return Buffer.concat([Buffer.from(`28b52ffd${hex}`, "hex"), Buffer.alloc(16)]);
}

describe("a frame header", () => {
  it.each([
    ["a size of one byte", "24ff"],
    ["a size of two bytes", "640000"],
    ["the largest size of two bytes", "64ffff"],
    ["a size of four bytes", "a400010100"],
    ["8 MiB", "a400008000"],
    ["8 MiB in a window of 8 MiB", "846800008000"],
  ])("with %s is taken", (_title, hex) => {
    expect(codeOf(() => frameLength(header(hex)))).toBeUndefined();
  });

  it.each([
    ["another magic number", undefined, "bad-frame"],
    ["a size of 8 MiB and a byte", "a401008000", "limit-exceeded"],
    ["a size of 4 GiB", "e40000000001000000", "limit-exceeded"],
    ["a size of 2^64-1", "e4ffffffffffffffff", "limit-exceeded"],
    ["a window of more than 8 MiB", "846900008000", "limit-exceeded"],
    ["the largest window", "84ff00008000", "limit-exceeded"],
    ["a size of four bytes where two do", "a4bf000100", "bad-frame"],
    ["a size of eight bytes where one does", "e40100000000000000", "bad-frame"],
    ["no size", "0458", "bad-frame"],
    ["no checksum", "20ff", "bad-frame"],
    ["a dictionary of one byte", "25ff01", "bad-frame"],
    ["a dictionary of four bytes", "27ff01000000", "bad-frame"],
    ["the reserved bit", "2cff", "bad-frame"],
    ["the unused bit", "34ff", "bad-frame"],
  ])("with %s is refused", (_title, hex, code) => {
    const bytes = hex === undefined ? Buffer.from("502a4d1800000000", "hex") : header(hex);
    expect(codeOf(() => frameLength(bytes))).toBe(code);
    expect(codeOf(() => decompressFrame(bytes))).toBe(code);
  });

  it("that states less or more than there is is refused", () => {
    for (const stated of [199, 201]) {
      const frame = compressFrame(Buffer.alloc(200, "x"));
      frame[5] = stated;
      expect(codeOf(() => decompressFrame(frame))).toBe("bad-frame");
    }
  });

  it("with a block of the reserved type is refused", () => {
    expect(codeOf(() => frameLength(Buffer.from("28b52ffd24ff0700000000000000", "hex")))).toBe("bad-frame");
  });
});

/** Bytes that some work leaves allocated. */
const most = (work: () => unknown): number => {
  const before = process.memoryUsage();
  work();
  const after = process.memoryUsage();
  return (
    after.arrayBuffers +
    after.external +
    after.heapUsed -
    before.arrayBuffers -
    before.external -
    before.heapUsed
  );
};

describe("bombs", () => {
  it("a frame that holds more than it states is decoded no further than that", () => {
    const bomb = zstdCompressSync(Buffer.alloc(256 * mebibyte), {
      pledgedSrcSize: 256 * mebibyte,
      params: { [constants.ZSTD_c_checksumFlag]: 1, [constants.ZSTD_c_windowLog]: 20 },
    });
    expect(codeOf(() => decompressFrame(bomb))).toBe("limit-exceeded");
    // The same blocks behind a header that states 200 bytes.
    const lie = Buffer.concat([Buffer.from("28b52ffd24c8", "hex"), bomb.subarray(parseSize(bomb))]);
    expect(most(() => expect(codeOf(() => decompressFrame(lie))).toBe("bad-frame"))).toBeLessThan(
      16 * mebibyte,
    );
  });

  it("a seek table of 2^32-1 frames is refused by its last nine bytes", () => {
    const footer = Buffer.from("ffffffff00b1ea928f", "hex");
    expect(codeOf(() => parseSeekTableFooter(footer))).toBe("limit-exceeded");
  });

  it.each([
    ["a frame of more than 8 MiB", [{ storedBytes: 100, contentBytes: 8 * mebibyte + 1 }], "limit-exceeded"],
    ["a frame of 4 GiB", [{ storedBytes: 100, contentBytes: 0xffffffff }], "limit-exceeded"],
    ["4 GiB stored for a frame", [{ storedBytes: 0xffffffff, contentBytes: 1 }], "limit-exceeded"],
    ["a frame of nothing", [{ storedBytes: 100, contentBytes: 0 }], "bad-seek-table"],
    ["fewer stored bytes than there are", [{ storedBytes: 99, contentBytes: 1 }], "bad-seek-table"],
    ["more stored bytes than there are", [{ storedBytes: 101, contentBytes: 1 }], "bad-seek-table"],
  ])("a seek table that names %s is refused", (_title, frames, code) => {
    expect(codeOf(() => new SeekTable(encodeSeekTable(frames), 100))).toBe(code);
  });

  it("a seek table in any other form is refused", () => {
    const table = encodeSeekTable([{ storedBytes: 100, contentBytes: 1 }]);
    expect(codeOf(() => new SeekTable(table, 100))).toBeUndefined();
    const fixed = [0, 1, 2, 3, 4, 5, 6, 7, 16, 20, 21, 22, 23, 24];
    for (const at of fixed)
      expect(codeOf(() => new SeekTable(dirtyAt(table, at), 100))).toMatch(/bad-seek-table|limit-exceeded/);
    expect(codeOf(() => new SeekTable(table.subarray(8), 100))).toBe("bad-seek-table");
  });

  it("finds the frame of every byte", () => {
    const sizes = [1, 5, 512, 3];
    const table = new SeekTable(
      encodeSeekTable(sizes.map((contentBytes) => ({ storedBytes: 25, contentBytes }))),
      100,
    );
    const found = Array.from({ length: table.contentBytes }, (_, at) => table.indexAt(at));
    expect(found).toEqual(sizes.flatMap((length, at) => Array.from({ length }, () => at)));
  });
});

/** Bytes of the header of a frame over 8 MiB, which our own parser refuses. */
function parseSize(frame: Buffer): number {
  const single = (frame[4]! & 0x20) !== 0;
  return (single ? 5 : 6) + [single ? 1 : 0, 2, 4, 8][frame[4]! >> 6]!;
}
