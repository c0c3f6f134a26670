import type { StoredLine } from "./entry.ts";
import { textOf } from "./entry-path.ts";
import { limits } from "./limits.ts";
import { type UstarFields, blockBytes, octal11Max, octal7Max, padded, writeUstar } from "./ustar.ts";

const typeflags = { file: "0", hardlink: "1", symlink: "2", directory: "5" } as const;
const nanosecondsDigits = 9;

/**
 * The header bytes of an entry in a section's tar stream: a function of its index line (specification § Inner tar). With
 * `into`, which must have room for them, they are written at its beginning, and the result is a view of it.
 */
export function encodeEntryHeader(line: StoredLine, into?: Buffer): Buffer {
  const linkname = linknameOf(line);
  const { mtime } = line;
  const seconds = wholeSeconds(mtime);
  const fields: UstarFields = {
    name: line.path,
    mode: line.mode,
    uid: atMost(line.uid, octal7Max),
    gid: atMost(line.gid, octal7Max),
    size: atMost(sizeOf(line), octal11Max),
    mtime: seconds < 0 ? 0 : atMost(seconds, octal11Max),
    typeflag: typeflags[line.type],
    linkname,
    uname: fits(line.uname, 31) ? line.uname : "",
    gname: fits(line.gname, 31) ? line.gname : "",
  };
  return withPax(paxRecords(line, linkname), fields, into);
}

/** The length of {@link encodeEntryHeader}'s result. */
export function entryHeaderBytes(line: StoredLine): number {
  const { length } = paxRecords(line, linknameOf(line));
  return length === 0 ? blockBytes : 2 * blockBytes + padded(length);
}

function linknameOf(line: StoredLine): string {
  return line.type === "symlink" ? line.target : line.type === "hardlink" ? line.link : "";
}

function sizeOf(line: StoredLine): number {
  return line.type === "file" ? line.size : 0;
}

/** The header of a control entry: section.json, inventory.jsonl, index.jsonl, close.json. Never more than one block. */
export function encodeControlHeader(name: string, size: number): Buffer {
  if (size > limits.controlBytes) throw new RangeError(`${name} is larger than the format allows`);
  const fixed = { mode: 0o600, uid: 0, gid: 0, mtime: 0, typeflag: "0", linkname: "", uname: "", gname: "" };
  return withPax("", { name, size, ...fixed });
}

/** An upper bound of {@link encodeEntryHeader}'s length for an entry of which only path and link length are known. */
export function entryHeaderBound(pathLength: number, linkLength: number): number {
  // Beside path and linkpath: hdrcharset, four names and ids, mtime, size. Owner names are at most 255 bytes.
  return 2 * blockBytes + padded(pathLength + linkLength + 1024);
}

function withPax(records: string, fields: UstarFields, into?: Buffer): Buffer {
  const recordsBytes = records.length;
  const recordsEnd = recordsBytes === 0 ? 0 : blockBytes + padded(recordsBytes);
  const length = recordsEnd + blockBytes;
  // Not zeroed: every byte is written.
  const bytes = into === undefined ? Buffer.allocUnsafe(length) : into.subarray(0, length);
  if (bytes.length < length) throw new RangeError("an entry's header does not fit where it is written");
  if (recordsBytes > 0) {
    bytes.set(paxBlock(recordsBytes), 0);
    bytes.write(records, blockBytes, "latin1");
    bytes.fill(0, blockBytes + recordsBytes, recordsEnd);
  }
  writeUstar(fields, bytes, recordsEnd);
  return bytes;
}

/** Most records are as long as those of other entries: a time in nanoseconds. */
const paxBlocks = new Map<number, Buffer>();
const paxBlocksMax = 256;

function paxBlock(recordsBytes: number): Buffer {
  const known = paxBlocks.get(recordsBytes);
  if (known !== undefined) return known;
  const block = Buffer.alloc(blockBytes);
  const fixed = { mode: 0o600, uid: 0, gid: 0, mtime: 0, linkname: "", uname: "", gname: "" };
  writeUstar({ name: "PaxHeader", size: recordsBytes, typeflag: "x", ...fixed }, block, 0);
  if (paxBlocks.size < paxBlocksMax) paxBlocks.set(recordsBytes, block);
  return block;
}

/** All values are byte strings; the order is fixed: hdrcharset, then by name. */
function paxRecords(line: StoredLine, linkname: string): string {
  const size = sizeOf(line);
  const { gid, gname, mtime, path, uid, uname } = line;
  let records = "";
  const pathFits = fits(path, 100);
  if ((!pathFits && isBinary(path)) || isBinary(linkname)) records += paxRecord("hdrcharset", "BINARY");
  if (gid > octal7Max) records += paxRecord("gid", String(gid));
  if (!fits(gname, 31)) records += paxRecord("gname", gname);
  if (!fits(linkname, 100)) records += paxRecord("linkpath", linkname);
  if (!isOctalTime(mtime)) records += paxRecord("mtime", decimalSeconds(mtime));
  if (!pathFits) records += paxRecord("path", path);
  if (size > octal11Max) records += paxRecord("size", String(size));
  if (uid > octal7Max) records += paxRecord("uid", String(uid));
  if (!fits(uname, 31)) records += paxRecord("uname", uname);
  return records;
}

function isBinary(bytes: string): boolean {
  return bytes !== "" && textOf(bytes) === undefined;
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: string): string {
  // A space, an equals sign and a line feed.
  const rest = key.length + value.length + 3;
  let length = rest + 1;
  while (digitsOf(length) + rest !== length) length = digitsOf(length) + rest;
  return `${length} ${key}=${value}\n`;
}

function digitsOf(length: number): number {
  return length < 10 ? 1 : length < 100 ? 2 : String(length).length;
}

/** Fits its ustar field as it is: short enough and ASCII. */
function fits(bytes: string, length: number): boolean {
  if (bytes.length > length) return false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes.charCodeAt(at);
    if (byte === 0 || byte > 0x7f) return false;
  }
  return true;
}

/** Numbers that do not fit their field stand in a pax record, and the field is 0: never base-256. */
function atMost(value: number, max: number): number {
  return value > max ? 0 : value;
}

/** Whole seconds of a time in nanoseconds; negative for all before 1970. */
function wholeSeconds(nanoseconds: string): number {
  const whole = Number(nanoseconds.slice(0, -nanosecondsDigits));
  return nanoseconds.startsWith("-") ? Math.min(whole || 0, -1) : whole;
}

/** A time that the field of a header holds. */
function isOctalTime(nanoseconds: string): boolean {
  if (nanoseconds !== "0" && !nanoseconds.endsWith("000000000")) return false;
  const seconds = wholeSeconds(nanoseconds);
  return seconds >= 0 && seconds <= octal11Max;
}

/** Nanoseconds as a decimal string → the decimal seconds of a pax record, without trailing zeros. */
function decimalSeconds(nanoseconds: string): string {
  const sign = nanoseconds.startsWith("-") ? "-" : "";
  const digits = nanoseconds.slice(sign.length).padStart(nanosecondsDigits + 1, "0");
  const point = digits.length - nanosecondsDigits;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === 0x30) end--;
  const whole = `${sign}${digits.slice(0, point)}`;
  return end === point ? whole : `${whole}.${digits.slice(point, end)}`;
}

/** Zero bytes that follow a content of that many bytes. */
export function paddingAfter(size: number): number {
  return padded(size) - size;
}

export function controlPath(section: string, file: string): string {
  return `.ocbak/${section}/${file}`;
}
