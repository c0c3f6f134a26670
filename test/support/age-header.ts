import { createHmac } from "node:crypto";
import { deriveKey } from "../../src/format/seal/aead.ts";
import { type Stanza, encodeAgeHeader, encodeWithoutMac } from "../../src/format/seal/stanza.ts";

/** A header of whatever stanzas, with the MAC that is right for `fileKey`. */
export function ageHeader(stanzas: readonly Stanza[], fileKey: Uint8Array): Buffer {
  return encodeAgeHeader(stanzas, ageHeaderMac(encodeWithoutMac(stanzas), fileKey));
}

export function ageHeaderMac(withoutMac: Uint8Array, fileKey: Uint8Array): Buffer {
  return createHmac("sha256", deriveKey(fileKey, new Uint8Array(0), "header"))
    .update(withoutMac)
    .digest();
}
