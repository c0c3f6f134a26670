import { FormatError } from "./errors.ts";
import { limits } from "./limits.ts";

/** What canonical JSON can hold: no fractions, no numbers outside the safe integers. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/**
 * The one encoding of a value (specification § Canonical JSON): RFC 8785 restricted to safe integers. Keys sorted by
 * UTF-16 code units, no insignificant space. Keys whose value is undefined are left out.
 *
 * Throws RangeError for what has no canonical form: a fraction, a lone surrogate.
 */
export function encodeCanonical(value: JsonValue): string {
  if (typeof value === "string") return encodeString(value);
  if (typeof value === "number") return encodeNumber(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => encodeCanonical(item)).join(",")}]`;
  return encodeObject(value as { readonly [key: string]: JsonValue | undefined });
}

function encodeObject(value: { readonly [key: string]: JsonValue | undefined }): string {
  let text = "";
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (item === undefined) continue;
    text += `${text === "" ? "" : ","}${encodeString(key)}:${encodeCanonical(item)}`;
  }
  return `{${text}}`;
}

function encodeString(text: string): string {
  // Most texts are plain ASCII, whose form is themselves in quotes.
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new RangeError("a string with a lone surrogate has no canonical form");
  return JSON.stringify(text);
}

function encodeNumber(value: number): string {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    throw new RangeError(`${value} is not a safe integer`);
  }
  return String(value);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Takes bytes that must be the canonical encoding of something: duplicate keys, other orders, spaces, other number
 * forms, escapes that need not be, a byte order mark are all refused, since re-encoding would give other bytes.
 */
export function parseCanonical(bytes: Uint8Array, what: string): JsonValue {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new FormatError("bad-json", `${what} is not UTF-8`, { cause });
  }
  return parseCanonicalText(text, what);
}

/** The same for a text that is known to be UTF-8. */
export function parseCanonicalText(text: string, what: string): JsonValue {
  checkNesting(text, what);
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
    if ((isInOrder(value) && JSON.stringify(value) === text) || encodeCanonical(value) === text) return value;
  } catch (cause) {
    throw new FormatError("bad-json", `${what} is not canonical JSON`, { cause });
  }
  throw new FormatError("bad-json", `${what} is JSON, but not in its canonical form`);
}

/**
 * Whether `JSON.stringify`, which is faster, gives the canonical encoding of a parsed value: its keys are in order and
 * it holds nothing that has no such form. False also for keys that look like numbers, which no object keeps in order.
 */
function isInOrder(value: JsonValue): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value === "number") return Number.isSafeInteger(value);
  if (value === null || typeof value === "boolean") return true;
  if (Array.isArray(value)) return value.every((item: JsonValue) => isInOrder(item));
  const object = value as { readonly [key: string]: JsonValue };
  let previous: string | undefined;
  for (const key of Object.keys(object)) {
    if (previous !== undefined && previous >= key) return false;
    if (!key.isWellFormed() || !isInOrder(object[key]!)) return false;
    previous = key;
  }
  return true;
}

/** Bounds the recursion of the parser and the encoder. Brackets inside strings may only make the bound stricter. */
function checkNesting(text: string, what: string): void {
  // One object without others in it, as every line of an index is.
  if (text.lastIndexOf("{") <= 0 && !text.includes("[")) return;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > limits.jsonDepth) throw new FormatError("limit-exceeded", `${what} is nested too deep`);
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
}
