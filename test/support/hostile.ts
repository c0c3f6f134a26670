import { hash } from "node:crypto";
import { type JsonValue, encodeCanonical } from "../../src/format/canonical-json.ts";
import { DigestList } from "../../src/format/checksums.ts";
import { type IndexLine, type SectionName, isStored } from "../../src/format/entry.ts";
import { encodeIndexLine, encodeInventoryLine } from "../../src/format/encode-line.ts";
import {
  controlPath,
  encodeControlHeader,
  encodeEntryHeader,
  paddingAfter,
} from "../../src/format/inner-tar.ts";
import { encodeManifest } from "../../src/format/manifest.ts";
import { limits } from "../../src/format/limits.ts";
import { memberBytes, memberNames, parseSegmentName } from "../../src/format/member.ts";
import { encodeSeekTable } from "../../src/format/seek-table.ts";
import { type SealedHeader as SealedKey, sealHeader } from "../../src/format/seal/header.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import { PayloadSealer, nonceBytes } from "../../src/format/seal/payload.ts";
import type { ArchiveId } from "../../src/format/schema.ts";
import type { Secret } from "../../src/format/secret.ts";
import { blockBytes } from "../../src/format/ustar.ts";
import {
  type TestEntry,
  type TestTree,
  bytesPath,
  smallTrees,
  testAttributes,
  testManifest,
} from "./archives.ts";
import { type Member, type OuterBends, joined, segmentsOf } from "./members.ts";
import { plainFrame } from "./plain-frame.ts";

type Json = { [key: string]: JsonValue };

/** An entry about to be written; `line.offset` and digest follow from its place unless `offset` shifts it. */
export interface DraftEntry {
  line: IndexLine;
  content: Buffer;
  /** What to add to the offset that is right. */
  offset?: number;
  /** Replaces the tar header that the line leads to. */
  header?: Buffer;
  padding?: Buffer;
  /** Stands in the index, not in the inventory, or the other way round. */
  unplanned?: true;
  unwritten?: true;
}

/** One section before it becomes bytes. A test bends one thing; the rest stays right. */
export interface SectionDraft {
  section: Json;
  /** Bytes after section.json, inventory.jsonl, index.jsonl and close.json, in the place of their padding. */
  padding: { section?: Buffer; inventory?: Buffer; index?: Buffer; close?: Buffer };
  entries: DraftEntry[];
  inventory: (lines: string[]) => string[];
  index: (lines: string[]) => string[];
  close: (close: Json) => void;
  /** The decoded contents of the frames. */
  frames: (contents: Buffer[]) => Buffer[];
  compress: (content: Buffer, at: number) => Buffer;
  table: (frames: { storedBytes: number; contentBytes: number }[]) => Buffer;
  /** Bytes of the whole stream, before it is sealed and cut. */
  stream: (bytes: Buffer) => Buffer;
}

export interface Bends extends OuterBends {
  /** Instead of the usual ones. */
  readonly trees?: Readonly<Record<SectionName, TestTree>>;
  readonly manifest?: (manifest: Json) => void;
  readonly manifestBytes?: (bytes: Buffer) => Buffer;
  readonly plain?: (draft: SectionDraft) => void;
  readonly sealed?: (draft: SectionDraft) => void;
  readonly ageHeader?: (header: Buffer) => Buffer;
  readonly payload?: (payload: Buffer) => Buffer;
}

export interface TestKey extends SealedKey {
  readonly identity: Secret;
}

/** One key for all archives of a test file: making one takes longer than reading an archive. */
export async function testKey(): Promise<TestKey> {
  const { identity, recipient } = await generateIdentity("x25519");
  return { identity, ...(await sealHeader({ recipients: [recipient] })) };
}

/** The id of all archives of this builder, unless a bend changes it. */
export const hostileArchiveId = "5ad1f36be02c9947a8d00c71b3e4f6";

export interface Hostile {
  readonly bytes: Buffer;
  /** What was made to stand in the sections. */
  readonly drafts: Readonly<Record<SectionName, SectionDraft>>;
}

/** An archive with one thing bent and everything around it made to fit. Without bends it is whole. */
export function hostile(key: SealedKey, bends: Bends = {}): Buffer {
  return buildHostile(key, bends).bytes;
}

/** The same bends and key give the same bytes, on every machine. */
export function buildHostile(key: SealedKey, bends: Bends = {}): Hostile {
  const manifest = testManifest({ archiveId: hostileArchiveId as ArchiveId }) as unknown as Json;
  bends.manifest?.(manifest);
  const archiveId = manifest["archiveId"] as string;
  const canonical = bends.manifest
    ? Buffer.from(encodeCanonical(manifest))
    : encodeManifest(manifest as unknown as Parameters<typeof encodeManifest>[0]);
  const manifestBytes = bends.manifestBytes?.(canonical) ?? canonical;
  const ties = { archiveId, manifestSha256: hash("sha256", manifestBytes, "hex") };
  const place = { archiveId, segmentBytes: testManifest().segmentBytes };
  const trees = bends.trees ?? smallTrees;
  const drafts = {
    plain: draftSection("plain", trees.plain, ties, bends.plain),
    sealed: draftSection("sealed", trees.sealed, ties, bends.sealed),
  };
  const plain = segmentsOf("plain", encodeDraft("plain", drafts.plain), place);
  const inner = encodeDraft("sealed", drafts.sealed, digestOf(plain));
  const sealer = new PayloadSealer(key.fileKey, nonceOf(inner));
  const payload = Buffer.concat([...sealer.update(inner), ...sealer.final()]);
  const sealed = segmentsOf("sealed", bends.payload?.(payload) ?? payload, place);
  const header = bends.ageHeader?.(key.header) ?? key.header;
  const members: Member[] = [
    { name: memberNames.manifest, archiveId, content: manifestBytes },
    ...plain,
    { name: memberNames.header, archiveId, content: header },
    { name: memberNames.pad, archiveId, content: Buffer.alloc(padBytes(header)) },
    ...sealed,
  ];
  return { bytes: joined(bends.members?.(members) ?? members, bends), drafts };
}

/** Never twice the same for different contents, as the key demands, yet no chance. */
function nonceOf(content: Buffer): Buffer {
  return hash("sha256", content, "buffer").subarray(0, nonceBytes);
}

function padBytes(header: Buffer): number {
  return limits.headerRegionBytes - memberBytes(header.length) - blockBytes;
}

function digestOf(segments: readonly Member[]): string {
  const digests = new DigestList();
  for (const { name } of segments) digests.add(parseSegmentName(name)!.sha256);
  return digests.digest();
}

interface Ties {
  readonly archiveId: string;
  readonly manifestSha256: string;
}

function draftSection(
  name: SectionName,
  tree: TestTree,
  ties: Ties,
  bend: (draft: SectionDraft) => void = () => {},
): SectionDraft {
  const extra: Json = name === "sealed" ? { metadata: {}, roots: [] } : {};
  const draft: SectionDraft = {
    section: { ...ties, section: name, ...extra },
    padding: {},
    entries: Object.entries(tree).map(([path, entry]) => draftEntry(path, entry)),
    inventory: (lines) => lines,
    index: (lines) => lines,
    close: () => {},
    frames: (contents) => contents,
    compress: (content) => plainFrame(content),
    table: (frames) => encodeSeekTable(frames),
    stream: (bytes) => bytes,
  };
  bend(draft);
  return draft;
}

/** Needs no pax header, so that vectors stay small. */
const wholeSeconds = "1700000000000000000";

export function draftEntry(path: string, entry: TestEntry): DraftEntry {
  const base = { path: bytesPath(path), status: "ok", ...testAttributes, mtime: wholeSeconds } as const;
  const content = typeof entry === "string" || Buffer.isBuffer(entry) ? Buffer.from(entry) : Buffer.alloc(0);
  if (typeof entry === "string" || Buffer.isBuffer(entry)) {
    const sha256 = hash("sha256", content, "hex");
    return { content, line: { ...base, type: "file", size: content.length, sha256, offset: 0 } };
  }
  if ("directory" in entry) return { content, line: { ...base, type: "directory", mode: 0o755 } };
  if ("target" in entry) return { content, line: { ...base, type: "symlink", target: entry.target } };
  if ("link" in entry) return { content, line: { ...base, type: "hardlink", link: bytesPath(entry.link) } };
  const { absent: status } = entry;
  return { content, line: { path: base.path, type: "file", status, absent: true } };
}

/** The zstd stream of a section. */
function encodeDraft(name: SectionName, draft: SectionDraft, plainSegmentsSha256?: string): Buffer {
  const control = (
    file: string,
    content: Buffer,
    padding: Buffer = Buffer.alloc(paddingAfter(content.length)),
  ) => Buffer.concat([encodeControlHeader(controlPath(name, file), content.length), content, padding]);
  const head = control("section.json", Buffer.from(encodeCanonical(draft.section)), draft.padding.section);
  const planned = draft.entries.filter(({ unplanned }) => unplanned !== true).map(({ line }) => line);
  const inventoryText = Buffer.from(draft.inventory(planned.map((line) => inventoryLine(line))).join(""));
  const inventory = control("inventory.jsonl", inventoryText, draft.padding.inventory);
  const { records, lines } = placed(draft.entries, head.length + inventory.length);
  const indexText = Buffer.from(draft.index(lines.map((line) => encodeIndexLine(line))).join(""));
  const index = control("index.jsonl", indexText, draft.padding.index);
  const padded = draft.padding.index?.length ?? paddingAfter(indexText.length);
  const before = head.length + inventory.length + records.length;
  const close: Json = {
    entries: lines.length,
    index: {
      bytes: indexText.length,
      offset: before + index.length - indexText.length - padded,
      sha256: hash("sha256", indexText, "hex"),
    },
    ...(plainSegmentsSha256 !== undefined && { plainSegmentsSha256 }),
  };
  draft.close(close);
  const closing = control("close.json", Buffer.from(encodeCanonical(close)), draft.padding.close);
  const tail = Buffer.concat([closing, Buffer.alloc(1024)]);
  const contents = draft.frames([head, inventory, records, index, tail].filter((part) => part.length > 0));
  const frames = contents.map((content, at) => draft.compress(content, at));
  const sizes = frames.map((bytes, at) => ({
    storedBytes: bytes.length,
    contentBytes: contents[at]!.length,
  }));
  return draft.stream(Buffer.concat([...frames, draft.table(sizes)]));
}

function inventoryLine({ path, type, ...line }: IndexLine): string {
  return encodeInventoryLine({ path, type, size: "size" in line && type === "file" ? (line.size ?? 0) : 0 });
}

/** The tar records of the entries, and their index lines with the offsets these lead to. */
function placed(entries: readonly DraftEntry[], start: number): { records: Buffer; lines: IndexLine[] } {
  const parts: Buffer[] = [];
  const lines: IndexLine[] = [];
  let at = start;
  for (const { line, content, header, padding, offset = 0, unwritten } of entries) {
    if (unwritten === true) continue;
    if (!isStored(line)) {
      lines.push(line);
      continue;
    }
    const head = header ?? encodeEntryHeader(line);
    const record = [head, content, padding ?? Buffer.alloc(paddingAfter(content.length))];
    lines.push(line.type === "file" ? { ...line, offset: at + head.length + offset } : line);
    parts.push(...record);
    at += record.reduce((sum, part) => sum + part.length, 0);
  }
  return { records: Buffer.concat(parts), lines };
}
