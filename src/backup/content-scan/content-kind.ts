const utf8 = new TextDecoder("utf-8", { fatal: true });

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
 * The text of a file that can be searched as text, or why it cannot. Bytes that are no UTF-8 are taken one by one: a
 * secret in ASCII is the same in both. Where control characters stand beside such bytes it is no text at all: packed
 * data without a NUL byte.
 */
export function textOrReason(
  content: Buffer,
): { readonly text: string } | { readonly reason: "container" | "binary" } {
  if (containers.some((head) => content.subarray(0, head.length).equals(head)))
    return { reason: "container" };
  if (content.includes(0)) return { reason: "binary" };
  try {
    return { text: utf8.decode(content) };
  } catch {
    const text = content.toString("latin1");
    // Tabs, line ends, and what terminals and logs have: bell, backspace, escape.
    // eslint-disable-next-line no-control-regex
    return /[\x01-\x06\x0e-\x1a\x1c-\x1f]/.test(text) ? { reason: "binary" } : { text };
  }
}
