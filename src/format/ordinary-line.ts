import { bytesOf, parsePathString, textOf } from "./entry-path.ts";
import type { Attributes, EntryType, IndexLine, InventoryLine, StoredLine } from "./entry.ts";
import { isStored } from "./entry.ts";
import { limits } from "./limits.ts";

/*
 * Nearly all lines of an index have one form: stored, `ok`, no name that needs hex or an escape. These are read and
 * written here, several times faster than by a schema and by canonical JSON, which stay the one definition: what is not
 * of this form to the last char, or breaks a rule, is undefined here and left to them.
 */

/** A char that stands for itself in canonical JSON, but for half of a surrogate pair. */
const char = String.raw`[^\x00-\x1f"\\]`;
const ascii = String.raw`[ !#-[\]-~]`;
const id = "(0|[1-9][0-9]{0,9})";
const count = "(0|[1-9][0-9]{0,15})";
const head = `"gid":${id},"gname":"(${ascii}*)","mode":"(0[0-7]{3})","mtime":"(0|-?[1-9][0-9]{0,26})"`;
const path = `"path":"(${char}+)"`;
const tail = `"uid":${id},"uname":"(${ascii}*)"`;

function formOf(...members: readonly string[]): RegExp {
  return new RegExp(String.raw`^\{${members.join(",")}\}$`);
}

const fileForm = formOf(
  head,
  `"offset":${count}`,
  path,
  `"sha256":"([0-9a-f]{64})","size":${count},"status":"(ok|database)","type":"file"`,
  tail,
);
const directoryForm = formOf(head, path, `"status":"ok","type":"directory"`, tail);
const symlinkForm = formOf(head, path, `"status":"ok","target":"(${char}+)","type":"symlink"`, tail);
const inventoryForm = formOf(path, `"size":${count},"type":"(file|directory|symlink|hardlink)"`);

/** Takes one line without its line feed. Throws as `parseIndexLine`. */
export function parseOrdinaryLine(line: string): StoredLine | undefined {
  return parseFile(line) ?? parseDirectory(line) ?? parseSymlink(line);
}

function parseFile(line: string): StoredLine | undefined {
  const found = fileForm.exec(line);
  if (found === null) return undefined;
  const attributes = attributesIn(found);
  const offset = Number(found[5]);
  const size = Number(found[8]);
  if (attributes === undefined || !Number.isSafeInteger(offset) || !Number.isSafeInteger(size))
    return undefined;
  const bytes = bytesOfChars(found[6]!);
  if (bytes === undefined) return undefined;
  return {
    ...attributes,
    offset,
    path: parsePathString(bytes),
    sha256: found[7]!,
    size,
    status: found[9] === "ok" ? "ok" : "database",
    type: "file",
  };
}

function parseDirectory(line: string): StoredLine | undefined {
  const found = directoryForm.exec(line);
  const attributes = found === null ? undefined : attributesIn(found);
  const bytes = found === null ? undefined : bytesOfChars(found[5]!);
  if (attributes === undefined || bytes === undefined) return undefined;
  return { ...attributes, path: parsePathString(bytes), status: "ok", type: "directory" };
}

function parseSymlink(line: string): StoredLine | undefined {
  const found = symlinkForm.exec(line);
  if (found === null) return undefined;
  const attributes = attributesIn(found);
  const bytes = bytesOfChars(found[5]!);
  const target = bytesOfChars(found[6]!);
  if (attributes === undefined || bytes === undefined || target === undefined) return undefined;
  if (target.length > limits.targetBytes) return undefined;
  return { ...attributes, path: parsePathString(bytes), status: "ok", target, type: "symlink" };
}

/** They stand first and last in each form. */
function attributesIn(found: RegExpExecArray): Attributes | undefined {
  const gid = Number(found[1]);
  const gname = found[2]!;
  const uid = Number(found[found.length - 2]);
  const uname = found[found.length - 1]!;
  if (gid > idMax || uid > idMax) return undefined;
  if (gname.length > limits.ownerNameBytes || uname.length > limits.ownerNameBytes) return undefined;
  return { gid, gname, mode: Number.parseInt(found[3]!, 8), mtime: found[4]!, uid, uname };
}

const idMax = 0xffffffff;

/** Undefined for a text with half of a surrogate pair, which no UTF-8 can hold. */
function bytesOfChars(text: string): string | undefined {
  const bytes = bytesOf(text);
  return bytes === text || text.isWellFormed() ? bytes : undefined;
}

/** The same for a line of an inventory. */
export function parseOrdinaryInventoryLine(line: string): InventoryLine | undefined {
  const found = inventoryForm.exec(line);
  const bytes = found === null ? undefined : bytesOfChars(found[1]!);
  const size = Number(found?.[2]);
  if (found === null || bytes === undefined || !Number.isSafeInteger(size)) return undefined;
  return { path: parsePathString(bytes), size, type: found[3] as EntryType };
}

const isAscii = new RegExp(`^${ascii}*$`);
const isChars = new RegExp(`^${char}*$`);
const modes = Array.from({ length: 0o1000 }, (_, mode) => `0${mode.toString(8).padStart(3, "0")}`);

/** The canonical encoding of a line, without line feed. */
export function encodeOrdinaryLine(line: IndexLine): string | undefined {
  if (!isStored(line) || line.type === "hardlink" || Object.keys(line).length !== keyCounts[line.type])
    return undefined;
  const { gid, gname, mtime, uid, uname, status } = line;
  const mode = modes[line.mode];
  const path = charsOf(line.path);
  if (mode === undefined || path === undefined || !isCount(gid) || !isCount(uid)) return undefined;
  if (!isAscii.test(gname) || !isAscii.test(uname) || !isAscii.test(mtime) || !isAscii.test(status))
    return undefined;
  const head = `{"gid":${gid},"gname":"${gname}","mode":"${mode}","mtime":"${mtime}"`;
  const tail = `"uid":${uid},"uname":"${uname}"}`;
  if (line.type === "directory")
    return `${head},"path":"${path}","status":"${status}","type":"directory",${tail}`;
  if (line.type === "symlink") {
    const target = charsOf(line.target);
    if (target === undefined) return undefined;
    return `${head},"path":"${path}","status":"${status}","target":"${target}","type":"symlink",${tail}`;
  }
  const { offset, sha256, size } = line;
  if (!isCount(offset) || !isCount(size) || !isAscii.test(sha256)) return undefined;
  return `${head},"offset":${offset},"path":"${path}","sha256":"${sha256}","size":${size},"status":"${status}","type":"file",${tail}`;
}

/** The same for a line of an inventory. */
export function encodeOrdinaryInventoryLine({ path, size, type }: InventoryLine): string | undefined {
  const chars = charsOf(path);
  return chars === undefined || !isCount(size)
    ? undefined
    : `{"path":"${chars}","size":${size},"type":"${type}"}`;
}

/** Of lines that have no member that need not be there. */
const keyCounts = { file: 12, directory: 9, symlink: 10 } as const;

/** Undefined where the bytes are not UTF-8, or a char of the text needs an escape. */
function charsOf(bytes: string): string | undefined {
  if (isAscii.test(bytes)) return bytes;
  const text = textOf(bytes);
  return text !== undefined && isChars.test(text) ? text : undefined;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
}
