import { FormatError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { bech32Bytes } from "./bech32.ts";
import { significantLines } from "./key-lines.ts";

export { generateIdentity, recipientOf } from "./age-library.ts";

/**
 * The identities of a file of one a line, with `#` comments and blank lines. Throws `bad-key` naming the line, never
 * quoting it. Plugins are not run: nothing here starts a program (threats.md A20).
 */
export function parseIdentityFile(text: string): Secret[] {
  const lines = significantLines(text);
  for (const { line, number } of lines) {
    if (!isIdentity(line))
      throw new FormatError("bad-key", `line ${number} of the identity file is not an age identity`);
  }
  if (lines.length === 0) throw new FormatError("bad-key", "the identity file has no identity");
  return lines.map(({ line }) => new Secret(line));
}

function isIdentity(text: string): boolean {
  if (text !== text.toUpperCase()) return false;
  const lower = text.toLowerCase();
  return bech32Bytes(lower, "age-secret-key-") === 32 || bech32Bytes(lower, "age-secret-key-pq-") === 32;
}
