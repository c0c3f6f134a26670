import { parseEntryPath } from "./entry-path.ts";
import type { StoredLine } from "./entry.ts";
import { FormatError } from "./errors.ts";
import { controlPath, encodeControlHeader, encodeEntryHeader } from "./inner-tar.ts";
import { blockBytes, padded, readField, readOctal } from "./ustar.ts";

/** A header found in a tar stream without an index: digest and offset of a file are not known yet. */
export interface FoundHeader {
  /** Undefined for a control entry. */
  readonly line: StoredLine | undefined;
  /** Its path in the tar, as a byte string. */
  readonly path: string;
  readonly headerBytes: number;
  /** Content bytes. */
  readonly size: number;
}

const types = { "0": "file", "1": "hardlink", "2": "symlink", "5": "directory" } as const;
/** More than any header that a writer makes. */
export const headerBytesMax = 16 * 1024;

/**
 * Takes the header that `bytes` begin with, where it is the one encoding of an entry; undefined where it is none, or
 * is cut. For reading without an index: a reader with one encodes and compares instead.
 */
export function parseEntryHeader(bytes: Buffer): FoundHeader | undefined {
  if (bytes.length < blockBytes) return undefined;
  const typeflag = bytes.toString("latin1", 156, 157);
  if (typeflag === "x") {
    const recordBytes = readOctal(bytes, 124, 11) ?? headerBytesMax;
    const at = blockBytes + padded(recordBytes);
    if (at > headerBytesMax || at + blockBytes > bytes.length) return undefined;
    return parseBlock(bytes, at, parseRecords(bytes.subarray(blockBytes, blockBytes + recordBytes)));
  }
  return parseBlock(bytes, 0, new Map());
}

function parseBlock(
  bytes: Buffer,
  at: number,
  records: ReadonlyMap<string, string>,
): FoundHeader | undefined {
  const block = bytes.subarray(at, at + blockBytes);
  const size = number(records.get("size"), readOctal(block, 124, 11));
  const path = records.get("path") ?? readField(block, 0, 100);
  if (size === undefined) return undefined;
  const headerBytes = at + blockBytes;
  const section = /^\.ocbak\/(plain|sealed)\/([a-z]+\.jsonl?)$/.exec(path);
  if (section !== null) {
    const header = encodeControlHeader(controlPath(section[1]!, section[2]!), size);
    return header.equals(bytes.subarray(0, headerBytes))
      ? { line: undefined, path, headerBytes, size }
      : undefined;
  }
  const line = entryLine(block, records, { path, size });
  if (line === undefined || !encodeEntryHeader(line).equals(bytes.subarray(0, headerBytes))) return undefined;
  return { line, path, headerBytes, size };
}

function entryLine(
  block: Buffer,
  records: ReadonlyMap<string, string>,
  found: { path: string; size: number },
): StoredLine | undefined {
  const type = types[block.toString("latin1", 156, 157) as keyof typeof types];
  const attributes = {
    mode: readOctal(block, 100, 7) ?? -1,
    uid: number(records.get("uid"), readOctal(block, 108, 7)) ?? -1,
    gid: number(records.get("gid"), readOctal(block, 116, 7)) ?? -1,
    mtime: nanoseconds(records.get("mtime") ?? String(readOctal(block, 136, 11))),
    uname: records.get("uname") ?? readField(block, 265, 32),
    gname: records.get("gname") ?? readField(block, 297, 32),
  };
  const link = records.get("linkpath") ?? readField(block, 157, 100);
  if (type === undefined || Object.values(attributes).includes(-1)) return undefined;
  try {
    const base = {
      path: parseEntryPath(Buffer.from(found.path, "latin1")),
      status: "ok",
      ...attributes,
    } as const;
    if (type === "file") return { ...base, type, size: found.size, sha256: "", offset: 0 };
    if (type === "symlink") return { ...base, type, target: link };
    if (type === "hardlink") return { ...base, type, link: parseEntryPath(Buffer.from(link, "latin1")) };
    return { ...base, type };
  } catch (cause) {
    if (cause instanceof FormatError) return undefined;
    throw cause;
  }
}

function number(record: string | undefined, field: number | undefined): number | undefined {
  if (record === undefined) return field;
  return /^\d{1,16}$/.test(record) ? Number(record) : undefined;
}

/** Decimal seconds → nanoseconds as a decimal string. */
function nanoseconds(decimal: string): string {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(decimal);
  if (match === null) return "0";
  const digits = `${match[2]}${(match[3] ?? "").padEnd(9, "0")}`.replace(/^0+(?=\d)/, "");
  return digits === "0" ? "0" : `${match[1]}${digits}`;
}

/** `LENGTH KEY=VALUE\n` records; what does not parse ends the list, and the re-encoding will not fit. */
function parseRecords(bytes: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const match = /^(\d+) ([a-z]+)=/.exec(bytes.toString("latin1", at, at + 64));
    const length = Number(match?.[1] ?? 0);
    if (match === null || at + length > bytes.length || length <= match[0].length) break;
    records.set(match[2]!, bytes.toString("latin1", at + match[0].length, at + length - 1));
    at += length;
  }
  return records;
}
