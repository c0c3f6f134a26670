import type { StoredLine } from "./entry.ts";
import { textOf } from "./entry-path.ts";
import { limits } from "./limits.ts";
import { type UstarFields, blockBytes, octal11Max, octal7Max, padded, writeUstar } from "./ustar.ts";

const typeflags = { file: "0", hardlink: "1", symlink: "2", directory: "5" } as const;
const nanosecondsDigits = 9;

/** The header bytes of an entry in a section's tar stream: a function of its index line (specification § Inner tar). */
export function encodeEntryHeader(line: StoredLine): Buffer {
  const linkname = linknameOf(line);
  const mtime = splitTime(line.mtime);
  const size = sizeOf(line);
  const records = paxRecords(line, mtime);
  const fields: UstarFields = {
    name: line.path.slice(0, 100),
    mode: line.mode,
    uid: atMost(line.uid, octal7Max),
    gid: atMost(line.gid, octal7Max),
    size: atMost(size, octal11Max),
    mtime: mtime.seconds < 0 ? 0 : atMost(mtime.seconds, octal11Max),
    typeflag: typeflags[line.type],
    linkname: linkname.slice(0, 100),
    uname: fits(line.uname, 31) ? line.uname : "",
    gname: fits(line.gname, 31) ? line.gname : "",
  };
  return withPax(records, fields);
}

/** The length of {@link encodeEntryHeader}'s result. */
export function entryHeaderBytes(line: StoredLine): number {
  const records = paxRecords(line, splitTime(line.mtime));
  return records === "" ? blockBytes : 2 * blockBytes + padded(records.length);
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

function withPax(records: string, fields: UstarFields): Buffer {
  if (records === "") {
    const block = Buffer.alloc(blockBytes);
    writeUstar(fields, block, 0);
    return block;
  }
  const recordsEnd = blockBytes + padded(records.length);
  const bytes = Buffer.alloc(recordsEnd + blockBytes);
  const fixed = { mode: 0o600, uid: 0, gid: 0, mtime: 0, linkname: "", uname: "", gname: "" };
  writeUstar({ name: "PaxHeader", size: records.length, typeflag: "x", ...fixed }, bytes, 0);
  bytes.write(records, blockBytes, "latin1");
  writeUstar(fields, bytes, recordsEnd);
  return bytes;
}

/** All values are byte strings; the order is fixed: hdrcharset, then by name. */
function paxRecords(line: StoredLine, mtime: SplitTime): string {
  const linkname = linknameOf(line);
  const size = sizeOf(line);
  let records = "";
  const binary = textOf(line.path) === undefined || textOf(linkname) === undefined;
  if (binary) records += paxRecord("hdrcharset", "BINARY");
  if (line.gid > octal7Max) records += paxRecord("gid", String(line.gid));
  if (!fits(line.gname, 31)) records += paxRecord("gname", line.gname);
  if (!fits(linkname, 100)) records += paxRecord("linkpath", linkname);
  if (mtime.fraction !== "" || mtime.seconds < 0 || mtime.seconds > octal11Max) {
    records += paxRecord("mtime", mtime.decimal);
  }
  if (!fits(line.path, 100)) records += paxRecord("path", line.path);
  if (size > octal11Max) records += paxRecord("size", String(size));
  if (line.uid > octal7Max) records += paxRecord("uid", String(line.uid));
  if (!fits(line.uname, 31)) records += paxRecord("uname", line.uname);
  return records;
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

/** Fits its ustar field as it is: short enough and ASCII. */
function fits(bytes: string, length: number): boolean {
  // eslint-disable-next-line no-control-regex
  return bytes.length <= length && /^[\x01-\x7f]*$/.test(bytes);
}

/** Numbers that do not fit their field stand in a pax record, and the field is 0: never base-256. */
function atMost(value: number, max: number): number {
  return value > max ? 0 : value;
}

interface SplitTime {
  /** Whole seconds, rounded toward zero. */
  readonly seconds: number;
  /** Digits after the point, without trailing zeros. */
  readonly fraction: string;
  readonly decimal: string;
}

/** Nanoseconds as a decimal string → the decimal seconds of a pax record. */
function splitTime(nanoseconds: string): SplitTime {
  const negative = nanoseconds.startsWith("-");
  const digits = (negative ? nanoseconds.slice(1) : nanoseconds).padStart(nanosecondsDigits + 1, "0");
  const whole = digits.slice(0, -nanosecondsDigits);
  const fraction = digits.slice(-nanosecondsDigits).replace(/0+$/, "");
  const sign = negative ? "-" : "";
  const decimal = `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}`;
  const seconds = Number(sign + whole);
  return { seconds: negative ? Math.min(seconds, -1) : seconds, fraction, decimal };
}

/** Zero bytes that follow a content of that many bytes. */
export function paddingAfter(size: number): number {
  return padded(size) - size;
}

export function controlPath(section: string, file: string): string {
  return `.ocbak/${section}/${file}`;
}
