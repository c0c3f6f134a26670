import { isAscii, isUtf8 } from "node:buffer";

/** How bytes that are text are read. ASCII is the same in both. */
export type Encoding = "latin1" | "utf-8";

/** Beginnings of files that hold others, packed; most of these have NUL bytes, too. */
const containers = [
  "%PDF-",
  "PK\x03\x04",
  "\x1f\x8b",
  "BZh",
  "\xfd7zXZ",
  "7z\xbc\xaf",
  "\x28\xb5\x2f\xfd",
  "Rar!",
].map((text) => Buffer.from(text, "latin1"));

/**
 * How a file can be searched as text, or why it cannot. Bytes that are no UTF-8 are taken one by one: a secret in ASCII
 * is the same in both. Where control characters stand beside such bytes it is no text at all: packed data without a NUL
 * byte.
 */
export function encodingOrReason(
  content: Buffer,
): { readonly encoding: Encoding } | { readonly reason: "container" | "binary" } {
  if (isContainer(content)) return { reason: "container" };
  if (content.includes(0)) return { reason: "binary" };
  if (isAscii(content)) return { encoding: "latin1" };
  if (isUtf8(content)) return { encoding: "utf-8" };
  // Tabs, line ends, and what terminals and logs have: bell, backspace, escape.
  // eslint-disable-next-line no-control-regex
  const isPacked = /[\x01-\x06\x0e-\x1a\x1c-\x1f]/.test(content.toString("latin1"));
  return isPacked ? { reason: "binary" } : { encoding: "latin1" };
}

function isContainer(content: Buffer): boolean {
  return containers.some((head) => head.every((byte, index) => content[index] === byte));
}
