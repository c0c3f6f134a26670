import { FormatError } from "../errors.ts";
import { decodeBech32 } from "./bech32.ts";
import { significantLines } from "./key-lines.ts";
import { isX25519Recipient } from "./x25519.ts";

export type RecipientKind = "x25519" | "post-quantum";

/** The kind of an age recipient, or undefined for what is none (tag and plugin recipients among them). */
function recipientKind(text: string): RecipientKind | undefined {
  if (isX25519Recipient(text)) return "x25519";
  if (decodeBech32(text, "age1pq")?.length === 1216) return "post-quantum";
  return undefined;
}

/**
 * The one kind of all recipients. Throws `bad-key` where one is none or there is none, `mixed-recipients` for
 * post-quantum beside classic.
 */
export function checkRecipients(recipients: readonly string[]): RecipientKind {
  const [kind, ...others] = new Set(recipients.map(kindAt));
  if (kind === undefined) throw new FormatError("bad-key", "there is no recipient");
  if (others.length > 0) {
    throw new FormatError("mixed-recipients", "post-quantum and classic recipients cannot be mixed");
  }
  return kind;
}

function kindAt(recipient: string, at: number): RecipientKind {
  const kind = recipientKind(recipient);
  // Not quoted: what people paste in the wrong place is the identity.
  if (kind === undefined) throw new FormatError("bad-key", `recipient ${at + 1} is not an age recipient`);
  return kind;
}

/** The recipients of a file of one a line, with `#` comments and blank lines. Throws `bad-key` naming the line. */
export function parseRecipientsFile(text: string): string[] {
  const lines = significantLines(text);
  for (const { line, number } of lines) {
    if (recipientKind(line) === undefined) {
      throw new FormatError("bad-key", `line ${number} of the recipients file is not an age recipient`);
    }
  }
  if (lines.length === 0) throw new FormatError("bad-key", "the recipients file has no recipient");
  return lines.map(({ line }) => line);
}
