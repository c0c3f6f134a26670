import { generateKeyPairSync } from "node:crypto";
import { SigningKey, publicKeyText } from "../../src/format/ssh-key.ts";
import { sshString } from "../../src/format/ssh-wire.ts";

/** A fresh Ed25519 key that signs archives. */
export function testSigningKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const point = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const blob = Buffer.concat([sshString("ssh-ed25519"), sshString(point)]);
  return new SigningKey(publicKeyText(blob), privateKey);
}
