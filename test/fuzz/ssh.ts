import { type KeyObject, createPublicKey } from "node:crypto";
import { publicKeyText } from "../../src/format/ssh-key.ts";
import { sshString } from "../../src/format/ssh-wire.ts";

/** `ssh-ed25519 AAAA…` of a private key. */
export function ed25519PublicKey(key: KeyObject): string {
  const point = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return publicKeyText(Buffer.concat([sshString("ssh-ed25519"), sshString(point)]));
}
