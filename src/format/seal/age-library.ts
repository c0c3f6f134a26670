import { FormatError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { tagBytes } from "./aead.ts";
import { broken } from "./stanza.ts";

/**
 * The one place that meets the age library. It throws plain errors and takes about 100 ms to load, so it is imported
 * only for what `x25519.ts` does not do.
 */
const load = () => import("age-encryption");

const payloadNonceBytes = 16;

/**
 * A header for recipients that have passed `checkRecipients`, with a fresh file key. The library seals an empty
 * payload along with it, under a nonce that is dropped here: the payload takes another, fresh one.
 */
export async function wrapForRecipients(
  recipients: readonly string[],
): Promise<{ header: Buffer; fileKey: Buffer }> {
  const { Encrypter } = await load();
  const encrypter = new Encrypter();
  let fileKey: Buffer | undefined;
  const capture = {
    wrapFileKey(key: Uint8Array) {
      fileKey = Buffer.from(key);
      return [];
    },
  };
  let file: Uint8Array;
  try {
    for (const recipient of recipients) encrypter.addRecipient(recipient);
    encrypter.addRecipient(capture);
    file = await encrypter.encrypt(new Uint8Array(0));
  } catch (cause) {
    throw new FormatError("bad-key", "a recipient cannot be encrypted to", { cause });
  }
  return {
    header: Buffer.from(file.subarray(0, file.length - payloadNonceBytes - tagBytes)),
    fileKey: fileKey!,
  };
}

class NoMatch extends Error {}

/**
 * The file key, or undefined where no identity fits. `header` has passed `parseAgeHeader`. Throws `bad-key` for an
 * identity that is none, `bad-age-header` for what the library refuses (such as a low-order share, or the MAC).
 */
export async function unwrapWithIdentities(
  header: Uint8Array,
  identities: readonly Secret[],
): Promise<Buffer | undefined> {
  const { Decrypter } = await load();
  const decrypter = new Decrypter();
  try {
    for (const identity of identities) decrypter.addIdentity(identity.reveal());
  } catch {
    // No cause: the library's message might quote the key.
    throw new FormatError("bad-key", "an identity is malformed");
  }
  // Asked last, when all others have passed: tells "no match" from every other failure without reading messages.
  decrypter.addIdentity({
    unwrapFileKey() {
      throw new NoMatch();
    },
  });
  try {
    return Buffer.from(await decrypter.decryptHeader(header));
  } catch (cause) {
    if (cause instanceof NoMatch) return undefined;
    throw broken("is refused", { cause });
  }
}

/** The recipient of an identity. Throws `bad-key`. */
export async function recipientByLibrary(identity: Secret): Promise<string> {
  const { identityToRecipient } = await load();
  try {
    return await identityToRecipient(identity.reveal());
  } catch {
    throw new FormatError("bad-key", "the identity is malformed");
  }
}

export async function generatePostQuantumIdentity(): Promise<Secret> {
  const { generateHybridIdentity } = await load();
  return new Secret(await generateHybridIdentity());
}
