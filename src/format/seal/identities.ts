import { FormatError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { generatePostQuantumIdentity, recipientByLibrary } from "./age-library.ts";
import { decodeUpperBech32 } from "./bech32.ts";
import { significantLines } from "./key-lines.ts";
import type { RecipientKind } from "./recipients.ts";
import { generateX25519Identity, isX25519Identity, x25519RecipientOf } from "./x25519.ts";

/**
 * The identities of a file of one a line, with `#` comments and blank lines. Throws `bad-key` naming the line, never
 * quoting it. Plugins are not run: nothing here starts a program (threats.md A20).
 */
export function parseIdentityFile(text: string): Secret[] {
  const lines = significantLines(text);
  const identities = lines.map(({ line, number }) => identityIn(line, number));
  if (identities.length === 0) throw new FormatError("bad-key", "the identity file has no identity");
  return identities;
}

function identityIn(line: string, number: number): Secret {
  const identity = new Secret(line);
  if (isX25519Identity(identity) || isPostQuantumIdentity(line)) return identity;
  throw new FormatError("bad-key", `line ${number} of the identity file is not an age identity`);
}

function isPostQuantumIdentity(text: string): boolean {
  return decodeUpperBech32(text, "age-secret-key-pq-")?.length === 32;
}

/** The recipient of an identity. Throws `bad-key`. */
export async function recipientOf(identity: Secret): Promise<string> {
  return isX25519Identity(identity) ? x25519RecipientOf(identity) : recipientByLibrary(identity);
}

export async function generateIdentity(
  kind: RecipientKind,
): Promise<{ identity: Secret; recipient: string }> {
  const identity = kind === "x25519" ? generateX25519Identity() : await generatePostQuantumIdentity();
  return { identity, recipient: await recipientOf(identity) };
}
