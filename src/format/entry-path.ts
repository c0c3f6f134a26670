import { FormatError } from "./errors.ts";
import { limits } from "./limits.ts";

declare const entryPathBrand: unique symbol;

/**
 * A clean relative path inside an archive: `<root id>/<component>/…`, or a root id alone.
 *
 * Names on POSIX are bytes, so the string holds one char per byte (latin1). Comparing two of them with `<` after
 * {@link sortKey} is comparing bytes. {@link displayPath} gives the text for people, {@link pathBytes} the bytes for
 * the file system.
 */
export type EntryPath = string & { readonly [entryPathBrand]: true };

const rootIdPattern = /^[a-z0-9][a-z0-9.-]*$/;

/** True for a symbolic root name such as `state` or `workspace.main`. */
export function isRootId(text: string): boolean {
  return rootIdPattern.test(text) && text.length <= limits.componentBytes;
}

/** Takes bytes as they come from an archive or a disk. Throws `unsafe-path` or `limit-exceeded`. */
export function parseEntryPath(bytes: Uint8Array): EntryPath {
  return parsePathString(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"));
}

/** A clean path, but that the lengths of it and its components, and its depth, are not looked at. */
// eslint-disable-next-line no-control-regex
const cleanPattern = /^[a-z0-9][a-z0-9.-]*(?:\/(?!\.{1,2}(?:\/|$))[^\0/]+)*$/;

/** The same for bytes that are a byte string already. */
export function parsePathString(path: string): EntryPath {
  // So short a path cannot break any other rule.
  if (path.length <= limits.componentBytes && cleanPattern.test(path)) return path as EntryPath;
  if (path.length > limits.pathBytes) {
    throw new FormatError(
      "limit-exceeded",
      `an entry path has ${path.length} bytes, more than ${limits.pathBytes}`,
    );
  }
  checkComponents(path);
  return path as EntryPath;
}

function checkComponents(path: string): void {
  const components = path.split("/");
  if (components.length > limits.depth) {
    throw new FormatError(
      "limit-exceeded",
      `entry path ${displayBytes(path)} is nested deeper than ${limits.depth}`,
    );
  }
  if (components.some((component) => component.length > limits.componentBytes)) {
    throw new FormatError(
      "limit-exceeded",
      `entry path ${displayBytes(path)} has a name over ${limits.componentBytes} bytes`,
    );
  }
  if (!isRootId(components[0]!)) throw unsafe(path, "does not begin with a root id");
  for (const component of components) {
    if (component === "" || component === "." || component === "..") throw unsafe(path, "is not clean");
    if (component.includes("\0")) throw unsafe(path, "contains a NUL byte");
  }
}

function unsafe(path: string, why: string): FormatError {
  return new FormatError("unsafe-path", `entry path ${displayBytes(path)} ${why}`);
}

/** The path of a root itself. */
export function rootPath(rootId: string): EntryPath {
  return parseEntryPath(Buffer.from(rootId, "latin1"));
}

export function rootIdOf(path: EntryPath): string {
  const slash = path.indexOf("/");
  return slash === -1 ? path : path.slice(0, slash);
}

/** The parent directory's path, or undefined for a root. */
export function parentOf(path: EntryPath): EntryPath | undefined {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? undefined : (path.slice(0, slash) as EntryPath);
}

export function pathBytes(path: EntryPath): Buffer {
  return Buffer.from(path, "latin1");
}

/** The bytes below the root: what is appended to the root's place on disk. Empty for a root itself. */
export function bytesBelowRoot(path: EntryPath): Buffer {
  const slash = path.indexOf("/");
  return slash === -1 ? Buffer.alloc(0) : Buffer.from(path.slice(slash + 1), "latin1");
}

/**
 * A string whose `<` order is the order of the specification: root id, then component by component in byte order
 * (`a`, `a/b`, `a-b`), parents first. NUL never occurs in a path and sorts before everything.
 */
export function sortKey(path: EntryPath): string {
  return path.includes("/") ? path.replaceAll("/", "\0") : path;
}

const slash = 0x2f;

/** Below, above or 0 as the first path comes before, after or with the second in that order; makes no keys. */
export function comparePaths(a: EntryPath, b: EntryPath): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const one = a.charCodeAt(at);
    const other = b.charCodeAt(at);
    if (one === other) continue;
    return one === slash ? -1 : other === slash ? 1 : one - other;
  }
  return a.length - b.length;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 of a text as a byte string. */
export function bytesOf(text: string): string {
  // eslint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The text of a byte string, or undefined where the bytes are not UTF-8. */
export function textOf(bytes: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes;
  try {
    return utf8.decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}

/** A path as shown to a person: control characters, direction marks and bytes that are no UTF-8 are escaped. */
export function displayPath(path: EntryPath): string {
  return displayBytes(path);
}

/** Nearly all names: what shows as it is. */
const printable = /^[\x20-\x7e]*$/;

/** The same for any byte string. */
export function displayBytes(bytes: string): string {
  if (printable.test(bytes)) return bytes;
  const text = textOf(bytes);
  const source = text ?? bytes;
  const unprintable =
    text === undefined ? /[^\x20-\x7e]/g : /[\p{C}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
  return source.replace(unprintable, escapeChar);
}

function escapeChar(char: string): string {
  const code = char.codePointAt(0)!;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  return `\\u{${code.toString(16)}}`;
}
