import { constants, zstdCompressSync } from "node:zlib";
import { compressFrame } from "../../src/format/frame.ts";
import { encodeControlHeader } from "../../src/format/inner-tar.ts";
import type { SectionDraft } from "../support/hostile.ts";
import { mutateBytes, placeIn } from "./mutate-bytes.ts";
import { mutateJsonText } from "./mutate-json.ts";
import type { Rng } from "./rng.ts";
import { type Step, after, inSection } from "./steps.ts";

type Bend = (draft: SectionDraft, rng: Rng) => void;

function step(name: string, bend: Bend): (rng: Rng) => Step {
  return (rng) => inSection(name, rng.pick(["plain", "sealed"]), (draft) => bend(draft, rng));
}

/** The stored bytes of one frame, the table fitting them. */
const frameBytes = step("frame bytes", (draft, rng) => {
  const which = rng.int(8);
  after(draft, "compress", (frame, at) => (at === which ? changedFrame(frame, rng) : frame));
});

function changedFrame(frame: Buffer, rng: Rng): Buffer {
  const copy = Buffer.from(frame);
  return rng.weighted<() => Buffer>([
    [3, () => mutateBytes(frame, rng)],
    // Descriptor, sizes and the first block header.
    [3, () => (copy.writeUInt8(rng.int(256), 4 + rng.int(Math.min(8, copy.length - 4))), copy)],
    [1, () => Buffer.concat([frame, frame])],
    [1, () => Buffer.concat([Buffer.from("502a4d1804000000ffffffff", "hex"), frame])],
    [1, () => Buffer.concat([frame.subarray(0, 4), runs(rng)])],
  ])();
}

/** A frame of blocks that say a run of one byte: eight megabytes from a few bytes, or more than it states. */
function runs(rng: Rng): Buffer {
  const stated = Buffer.alloc(4);
  stated.writeUInt32LE(rng.pick([8_388_608, 8_388_609, 0xffffffff, 131_072]));
  const blocks = Array.from({ length: rng.pick([1, 64, 65, 5000]) }, (_, at, all = 0) => {
    const header = Buffer.alloc(4, 0x78);
    header.writeUIntLE(((rng.once(50) ? 0 : 131_072) << 3) | 2 | (at === all ? 1 : 0), 0, 3);
    return header;
  });
  const last = Buffer.from([3, 0, 0x10, 0]);
  return Buffer.concat([Buffer.of(0xa4), stated, ...blocks, last, rng.bytes(4)]);
}

/** The same contents, in frames made with other parameters. */
const compression = step("compression", (draft, rng) => {
  const params = {
    [constants.ZSTD_c_compressionLevel]: rng.pick([1, 3, 19]),
    [constants.ZSTD_c_checksumFlag]: rng.once(8) ? 0 : 1,
    [constants.ZSTD_c_contentSizeFlag]: rng.once(8) ? 0 : 1,
    [constants.ZSTD_c_windowLog]: rng.pick([0, 0, 10, 23, 24]),
  };
  draft.compress = (content) => zstdCompressSync(content, { params });
});

/** The same stream, cut into other frames. */
const framing = step("framing", (draft, rng) => {
  after(draft, "frames", (contents) => reframed(contents, rng));
});

function reframed(contents: Buffer[], rng: Rng): Buffer[] {
  const at = rng.int(contents.length);
  const one = contents[at]!;
  const cut = placeIn(one, rng);
  return rng.weighted<() => Buffer[]>([
    [4, () => contents.toSpliced(at, 1, one.subarray(0, cut), one.subarray(cut))],
    [2, () => contents.toSpliced(at, 2, Buffer.concat(contents.slice(at, at + 2)))],
    [1, () => [Buffer.concat(contents)]],
    [1, () => contents.toSpliced(at, 1)],
    [1, () => contents.toSpliced(at, 0, one)],
    [1, () => contents.toSpliced(at, 0, Buffer.alloc(rng.pick([0, 512, 1024])))],
    [1, () => contents.toSpliced(at, 1, ...bytewise(one))],
    [1, () => contents.toReversed()],
  ])();
}

function bytewise(content: Buffer): Buffer[] {
  return Array.from({ length: Math.min(400, content.length) }, (_, at) =>
    at === 399 ? content.subarray(at) : content.subarray(at, at + 1),
  );
}

const tableBytes = step("seek table", (draft, rng) => {
  after(draft, "table", (table) => (rng.once(2) ? mutateBytes(table, rng) : tableEntry(table, rng)));
});

function tableEntry(table: Buffer, rng: Rng): Buffer {
  const copy = Buffer.from(table);
  const at = 4 * rng.int(Math.floor(copy.length / 4));
  const there = copy.readUInt32LE(at);
  copy.writeUInt32LE(rng.pick([0, there + 1, there - 1, 8_388_609, 0xffffffff, there >>> 1]) >>> 0, at);
  return copy;
}

const streamBytes = step("zstd stream", (draft, rng) => {
  after(draft, "stream", (stream) => mutateBytes(stream, rng));
});

/** Decoded bytes: headers, padding, contents, lines, whatever is hit. Frames and table fit. */
const tarBytes = step("tar bytes", (draft, rng) => {
  after(draft, "frames", (contents) => {
    const at = rng.int(contents.length);
    return contents.with(at, mutateBytes(contents[at]!, rng));
  });
});

/** The text of section.json or close.json in any form, in a record that fits it. */
const controlJson = step("control JSON", (draft, rng) => {
  after(draft, "frames", (contents) => {
    const at = rng.once(2) ? 0 : contents.length - 1;
    const record = contents[at]!;
    const name = record.toString("latin1", 0, record.indexOf(0));
    const text = record.toString("utf8", 512, 512 + Number.parseInt(record.toString("latin1", 124, 135), 8));
    const changed = Buffer.from(mutateJsonText(text, rng));
    const tail = at === 0 ? 0 : 1024;
    const padding = Buffer.alloc(((512 - (changed.length % 512)) % 512) + tail);
    return contents.with(at, Buffer.concat([encodeControlHeader(name, changed.length), changed, padding]));
  });
});

/** Much that takes little room: zeros in the place of a content, or of lines. */
const bomb = step("bomb", (draft, rng) => {
  const filler = rng.pick([0x00, 0x0a, 0x7b, 0x20, 0x78]);
  draft.compress = (content) => compressFrame(content);
  after(draft, "frames", (contents) => {
    const many = Array.from({ length: rng.between(1, 4) }, () => Buffer.alloc(8_388_608, filler));
    return contents.toSpliced(rng.between(1, contents.length), rng.int(2), ...many);
  });
});

export const streamLayer = [
  [4, frameBytes],
  [2, compression],
  [4, framing],
  [3, tableBytes],
  [1, streamBytes],
] as const;

export const tarLayer = [
  [6, tarBytes],
  [3, controlJson],
] as const;

export const bombLayer = [[1, bomb]] as const;
