import { zstdDecompressSync } from "node:zlib";
import type { SectionName } from "../../src/format/entry.ts";
import { nonceBytes, openPayload, sealedChunkBytes } from "../../src/format/seal/payload.ts";
import { membersOf } from "./members.ts";

/** Bytes of the file, from and up to. */
export type Range = readonly [from: number, to: number];

/** What of the file has to be there for an entry to be whole. */
export interface Part {
  readonly path: string;
  readonly size: number;
  readonly ranges: readonly Range[];
}

export interface SectionAnatomy {
  readonly entries: readonly Part[];
  readonly inventory: Part;
  /** Control entries too, in order. */
  readonly parts: readonly Part[];
  /** The contents of the segments. */
  readonly segments: readonly Range[];
  /** What can be told to be right or wrong by itself: frames and seek table, or age chunks, the first with the nonce. */
  readonly pieces: readonly (readonly Range[])[];
}

/**
 * Where everything lies in a whole archive, found out by other means than the reader's: outer members, seek table and
 * tar headers by their published layouts, frame by frame through zlib. Knows only names that need no pax record.
 */
export function anatomyOf(bytes: Buffer, fileKey: Buffer): Record<SectionName, SectionAnatomy> {
  return { plain: sectionAnatomy(bytes, "plain"), sealed: sectionAnatomy(bytes, "sealed", fileKey) };
}

function sectionAnatomy(bytes: Buffer, section: SectionName, fileKey?: Buffer): SectionAnatomy {
  const { stored, segments } = storedOf(bytes, section);
  const stream = fileKey === undefined ? stored : openPayload(fileKey, stored);
  const frames = framesOf(stream);
  const tar = Buffer.concat(
    frames.map(({ storedAt: [from, to] }) => zstdDecompressSync(stream.subarray(from, to))),
  );
  const toFile = (range: Range): Range[] =>
    fileRanges(fileKey ? chunksOf(range, stored.length) : range, segments);
  const parts = recordsOf(tar).map(({ path, size, at: [from, to] }) => ({
    path,
    size,
    ranges: frames
      .filter(({ contentAt: [start, end] }) => start < to && from < end)
      .flatMap(({ storedAt }) => toFile(storedAt)),
  }));
  const control = (file: string): Part => parts.find(({ path }) => path === `.ocbak/${section}/${file}`)!;
  return {
    entries: parts.filter(({ path }) => !path.startsWith(".ocbak/")),
    inventory: control("inventory.jsonl"),
    parts,
    segments,
    pieces: piecesOf(frames, stored.length, fileKey !== undefined).map((range) =>
      fileRanges(range, segments),
    ),
  };
}

function piecesOf(
  frames: readonly { readonly storedAt: Range }[],
  storedBytes: number,
  isSealed: boolean,
): Range[] {
  if (!isSealed)
    return [...frames.map(({ storedAt }) => storedAt), [frames.at(-1)!.storedAt[1], storedBytes]];
  const chunks: Range[] = [];
  for (let at = nonceBytes; at < storedBytes; at += sealedChunkBytes)
    chunks.push([at === nonceBytes ? 0 : at, Math.min(at + sealedChunkBytes, storedBytes)]);
  return chunks;
}

function storedOf(bytes: Buffer, section: SectionName): { stored: Buffer; segments: Range[] } {
  const contents: Buffer[] = [];
  const segments: Range[] = [];
  let at = 0;
  for (const { name, content } of membersOf(bytes)) {
    if (name.startsWith(`${section}/`) && name !== "sealed/000000") {
      contents.push(content);
      segments.push([at + 512, at + 512 + content.length]);
    }
    at += 512 + Math.ceil(content.length / 512) * 512;
  }
  return { stored: Buffer.concat(contents), segments };
}

/** By the seek table, as the zstd seekable format lays it down. */
export function framesOf(stream: Buffer): { storedAt: Range; contentAt: Range }[] {
  const count = stream.readUInt32LE(stream.length - 9);
  const table = stream.length - 9 - 8 * count;
  const frames: { storedAt: Range; contentAt: Range }[] = [];
  let [stored, content] = [0, 0];
  for (let at = table; at < stream.length - 9; at += 8) {
    const storedAt: Range = [stored, (stored += stream.readUInt32LE(at))];
    const contentAt: Range = [content, (content += stream.readUInt32LE(at + 4))];
    frames.push({ storedAt, contentAt });
  }
  return frames;
}

/** The records of a tar, from the first header block to the last byte of content. */
export function recordsOf(tar: Buffer): { path: string; size: number; at: Range }[] {
  const records: { path: string; size: number; at: Range }[] = [];
  let start: number | undefined;
  for (let at = 0; at < tar.length && tar[at] !== 0;) {
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 135), 8);
    const end = at + 512 + Math.ceil(size / 512) * 512;
    start ??= at;
    if (tar[at + 156] !== "x".charCodeAt(0)) {
      const path = tar.toString("latin1", at, at + 100).replace(/\0.*/s, "");
      records.push({ path, size, at: [start, at + 512 + size] });
      start = undefined;
    }
    at = end;
  }
  return records;
}

/** The stored bytes of the age chunks that hold a range: a chunk opens whole or not at all. */
function chunksOf([from, to]: Range, storedBytes: number): Range {
  const first = Math.floor(from / 65_536);
  const last = Math.floor((to - 1) / 65_536);
  const end = nonceBytes + (last + 1) * sealedChunkBytes;
  return [nonceBytes + first * sealedChunkBytes, Math.min(end, storedBytes)];
}

function fileRanges([from, to]: Range, segments: readonly Range[]): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  for (const [fileFrom, fileTo] of segments) {
    const end = start + fileTo - fileFrom;
    if (start < to && from < end)
      ranges.push([fileFrom + Math.max(from, start) - start, fileFrom + Math.min(to, end) - start]);
    start = end;
  }
  return ranges;
}

/** True where the part's bytes all come before a cut. */
export function isBefore({ ranges }: Part, cut: number): boolean {
  return ranges.every(([, to]) => to <= cut);
}

/** True where none of the part's bytes lie in a bad range. */
export function isClearOf({ ranges }: Part, [badFrom, badTo]: Range): boolean {
  return ranges.every(([from, to]) => to <= badFrom || badTo <= from);
}
