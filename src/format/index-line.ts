import { z } from "zod";
import { type JsonValue, parseCanonicalText } from "./canonical-json.ts";
import { type EntryPath, bytesOf, parsePathString, textOf } from "./entry-path.ts";
import type { AbsentLine, EntryStatus, IndexLine, InventoryLine, StoredLine } from "./entry.ts";
import { isStored } from "./entry.ts";
import { FormatError } from "./errors.ts";
import { limits } from "./limits.ts";
import { parseOrdinaryInventoryLine, parseOrdinaryLine } from "./ordinary-line.ts";
import { Count, Sha256, checkSchema, textOfAtMost } from "./schema.ts";

const Status = z.string().regex(/^(ok|database|changed|vanished|unreadable|moved|excluded:[a-z0-9-]{1,64})$/);
/** Nanoseconds; in seconds they fit 64 bits, as tar programs want it. */
const Mtime = z.string().regex(/^(0|-?[1-9][0-9]{0,26})$/);
const Mode = z.string().regex(/^0[0-7]{3}$/);
const Id = z.int().min(0).max(0xffffffff);
const OwnerName = textOfAtMost(limits.ownerNameBytes).regex(/^[^\0]*$/);
const Hex = z.string().regex(/^([0-9a-f]{2})+$/);
const EntryTypeName = z.enum(["file", "directory", "symlink", "hardlink"]);

const common = {
  path: z.string().optional(),
  pathHex: Hex.optional(),
  reason: textOfAtMost(limits.reasonBytes).optional(),
  status: Status,
};
const attributes = { gid: Id, gname: OwnerName, mode: Mode, mtime: Mtime, uid: Id, uname: OwnerName };

/** An index line as it stands in JSON (specification § Index). */
const Stored = z.discriminatedUnion("type", [
  z.strictObject({
    ...common,
    ...attributes,
    type: z.literal("file"),
    offset: Count,
    sha256: Sha256,
    size: Count,
    sparse: z.literal(true).optional(),
    validBytes: Count.optional(),
  }),
  z.strictObject({ ...common, ...attributes, type: z.literal("directory") }),
  z.strictObject({
    ...common,
    ...attributes,
    type: z.literal("symlink"),
    target: z.string().optional(),
    targetHex: Hex.optional(),
  }),
  z.strictObject({
    ...common,
    ...attributes,
    type: z.literal("hardlink"),
    link: z.string().optional(),
    linkHex: Hex.optional(),
  }),
]);
const Absent = z.strictObject({
  ...common,
  absent: z.literal(true),
  entries: Count.optional(),
  size: Count.optional(),
  type: EntryTypeName,
});
const Inventory = z.strictObject({
  path: common.path,
  pathHex: common.pathHex,
  size: Count,
  type: EntryTypeName,
});

function decodeBytes(text: string | undefined, hex: string | undefined, what: string): string {
  if ((text === undefined) === (hex === undefined)) {
    throw new FormatError("bad-index", `a line must have either ${what} or ${what}Hex`);
  }
  if (text !== undefined) return bytesOf(text);
  const bytes = Buffer.from(hex!, "hex").toString("latin1");
  if (textOf(bytes) !== undefined)
    throw new FormatError("bad-index", `${what}Hex holds bytes that are UTF-8`);
  return bytes;
}

function decodePath(text: string | undefined, hex: string | undefined, what: string): EntryPath {
  return parsePathString(decodeBytes(text, hex, what));
}

/** Takes one line without its line feed. Throws `bad-json`, `bad-schema`, `bad-index`, `unsafe-path`, `limit-exceeded`. */
export function parseIndexLine(text: string): IndexLine {
  return parseOrdinaryLine(text) ?? parseAnyLine(text);
}

/** The same by canonical JSON and schema alone: what {@link parseIndexLine} must agree with. */
export function parseAnyLine(text: string): IndexLine {
  const value = parseCanonicalText(text, "an index line");
  const line = hasKey(value, "absent") ? decodeAbsent(value) : decodeStored(value);
  checkStatus(line);
  return line;
}

function hasKey(value: JsonValue, key: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}

function decodeAbsent(value: JsonValue): AbsentLine {
  const { path, pathHex, ...rest } = checkSchema(Absent, value, "an index line");
  return {
    ...rest,
    path: decodePath(path, pathHex, "path"),
    status: rest.status as EntryStatus,
  } as AbsentLine;
}

function decodeStored(value: JsonValue): StoredLine {
  const { path, pathHex, ...rest } = checkSchema(Stored, value, "an index line");
  const base = {
    path: decodePath(path, pathHex, "path"),
    status: rest.status as EntryStatus,
    mode: Number.parseInt(rest.mode, 8),
    uname: bytesOf(rest.uname),
    gname: bytesOf(rest.gname),
  };
  switch (rest.type) {
    case "file":
    case "directory":
      return { ...rest, ...base } as StoredLine;
    case "symlink": {
      const { target, targetHex, ...others } = rest;
      return { ...others, ...base, target: decodeTarget(target, targetHex) } as StoredLine;
    }
    case "hardlink": {
      const { link, linkHex, ...others } = rest;
      return { ...others, ...base, link: decodePath(link, linkHex, "link") } as StoredLine;
    }
  }
}

function decodeTarget(text: string | undefined, hex: string | undefined): string {
  const target = decodeBytes(text, hex, "target");
  if (target === "" || target.includes("\0"))
    throw new FormatError("unsafe-link", "a link target is empty or has a NUL byte");
  if (target.length > limits.targetBytes)
    throw new FormatError("limit-exceeded", "a link target is too long");
  return target;
}

const storedStatuses: ReadonlySet<string> = new Set(["ok", "database", "changed", "unreadable"]);

function checkStatus(line: IndexLine): void {
  if (!isStored(line)) {
    const fits = !storedStatuses.has(line.status) || line.status === "unreadable";
    if (!fits) throw new FormatError("bad-index", `an entry without content cannot be called ${line.status}`);
    const isMeasured = line.entries !== undefined || line.size !== undefined;
    if (isMeasured && !line.status.startsWith("excluded:"))
      throw new FormatError("bad-index", "only what is excluded says how much it holds");
    return;
  }
  // A directory that is gone when its turn comes stays as the parent of what was planned below it.
  const keptParent = line.type === "directory" && line.status === "vanished";
  if (!storedStatuses.has(line.status) && !keptParent)
    throw new FormatError("bad-index", `a stored entry cannot be called ${line.status}`);
  const cut = line.type === "file" ? line.validBytes : undefined;
  if (line.type !== "file" && line.status === "database")
    throw new FormatError("bad-index", `a ${line.type} cannot be a database`);
  if (cut === undefined || line.type !== "file") return;
  if (cut >= line.size) throw new FormatError("bad-index", "validBytes must be fewer than size");
  if (line.status === "ok" || line.status === "database") {
    throw new FormatError("bad-index", `an entry with missing bytes cannot be called ${line.status}`);
  }
}

/** Takes one line without its line feed. Throws as {@link parseIndexLine}. */
export function parseInventoryLine(text: string): InventoryLine {
  return parseOrdinaryInventoryLine(text) ?? parseAnyInventoryLine(text);
}

/** The same by canonical JSON and schema alone. */
export function parseAnyInventoryLine(text: string): InventoryLine {
  const value = checkSchema(Inventory, parseCanonicalText(text, "an inventory line"), "an inventory line");
  return { path: decodePath(value.path, value.pathHex, "path"), size: value.size, type: value.type };
}
