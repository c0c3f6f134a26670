import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { dir } from "tmp-promise";
import { describe, expect, it } from "vitest";
import { decodeArmor, encodeArmor, sshPrivateKeyArmor, sshSignatureArmor } from "../../src/format/armor.ts";
import {
  fingerprintOf,
  parsePublicKey,
  parseSigningKey,
  signDetached,
  verifyDetached,
} from "../../src/format/sshsig.ts";
import { codeOf, errorOf } from "./seal/outcome.ts";

const present = spawnSync("ssh-keygen", ["-?"]).error === undefined;
if (!present) console.warn("ssh-keygen is not installed: signatures are NOT TESTED against OpenSSH");

// Made by ssh-keygen of OpenSSH 9.2 for these tests; it signs nothing else. The signature is of "hello".
const testKey = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACA35twd1Ue0E9X60/4r/A7+qCFQTrpgQiSUdSOy/JHouQAAAJDvN3bN7zd2
zQAAAAtzc2gtZWQyNTUxOQAAACA35twd1Ue0E9X60/4r/A7+qCFQTrpgQiSUdSOy/JHouQ
AAAECXSSplBDyAzlYMmZhR8aOWGdFDN/Kh4QmApjglevf8uTfm3B3VR7QT1frT/iv8Dv6o
IVBOumBCJJR1I7L8kei5AAAABnRlc3RAeAECAwQFBgc=
-----END OPENSSH PRIVATE KEY-----
`;
const testPublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDfm3B3VR7QT1frT/iv8Dv6oIVBOumBCJJR1I7L8kei5";
const testFingerprint = "SHA256:EYFpJk9zSkJvLSbRZnHL0IclcgCzJ5RxA3N8brkaCO0";
const testSignature = `-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgN+bcHdVHtBPV+tP+K/wO/qghUE
66YEIklHUjsvyR6LkAAAAFb2NiYWsAAAAAAAAABnNoYTUxMgAAAFMAAAALc3NoLWVkMjU1
MTkAAABAXgLpR4AsGu9resSseT0+lXcRX9OjWt2wdbC0jYtvHAtVaEyj1yXO0PYhTSa0CG
ggvGm6ecu2tCVLW581cPFgCw==
-----END SSH SIGNATURE-----
`;
const hello = Buffer.from("hello");
const lockedKey = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABC0xEwY6p
LEMV5i8IGcpMZfAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIHyZ7NdipmO5+/h1
6OLCPAGOeWBmFTlBkqpXkofEHdjmAAAAkNROQwW54FvIsRAtJwJAedT0MEFXAX0J0dHOwQ
D7+Cefkvvi5XQ/cwsKiyIjVKzPeIyMfDCmD49l0n2VeudJJz4JfUHGTfjwcHAOtZygB9Io
0zHGSamscP+Y5CxAzLdhD8RONgW1YOTG1qiYZAavD+3if9eJNuaphNRIeZdC7bfDIqx9Mj
n5YP0Id1sqWVykfQ==
-----END OPENSSH PRIVATE KEY-----
`;
const ecdsaKey = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS
1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQR/vNg79awS9RowznW1P4h65EuMp1Px
Te8H1QIAz/2143nxTYvO9JxPaXKSCwa+4xhxLtdA34Fmj0TCdcFJLV6oAAAAmH5oSjZ+aE
o2AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBH+82Dv1rBL1GjDO
dbU/iHrkS4ynU/FN7wfVAgDP/bXjefFNi870nE9pcpILBr7jGHEu10DfgWaPRMJ1wUktXq
gAAAAgT/jZujTYqh4advGPsRBSNZuftF1SAe1GnYkwch6rEKIAAAAA
-----END OPENSSH PRIVATE KEY-----
`;

function parseCode(privateKey: Uint8Array) {
  return codeOf(() => parseSigningKey(encodeArmor(sshPrivateKeyArmor, privateKey)));
}

function verifyCode(armored: Uint8Array, message: Uint8Array = hello, publicKey = testPublicKey) {
  return codeOf(() => verifyDetached(armored, message, publicKey));
}

describe("a signing key", () => {
  const key = parseSigningKey(testKey);

  it("gives its public key and fingerprint, and prints no more than that", () => {
    expect(key.publicKey).toBe(testPublicKey);
    expect(fingerprintOf(key.publicKey)).toBe(testFingerprint);
    expect(JSON.stringify(key)).toBe(JSON.stringify({ publicKey: testPublicKey }));
  });

  it("may have CRLF and blank lines around it", () => {
    expect(parseSigningKey(`\r\n${testKey.replaceAll("\n", "\r\n")}\r\n`).publicKey).toBe(testPublicKey);
  });

  it.each([
    ["nothing", "", "OpenSSH private key"],
    ["a public key", testPublicKey, "OpenSSH private key"],
    ["an age identity", "AGE-SECRET-KEY-1QQQQQQ", "OpenSSH private key"],
    ["a key locked by a passphrase", lockedKey, "passphrase"],
    ["a key of another type", ecdsaKey, "ssh-ed25519"],
  ])("is not %s, and the error says so without quoting it", (_, text, says) => {
    const error = errorOf(() => parseSigningKey(text));
    expect(error?.code).toBe("bad-key");
    expect(error?.message).toContain(says);
    expect(error?.message).not.toContain("AAAA");
  });

  it("with any byte changed or cut off is refused, but for its comment", () => {
    const bytes = decodeArmor(sshPrivateKeyArmor, testKey)!;
    const comment = bytes.lastIndexOf("test@x");
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      const inComment = at >= comment && at < comment + 6;
      expect([at, parseCode(changed)]).toEqual([at, inComment ? undefined : "bad-key"]);
      expect([at, parseCode(bytes.subarray(0, at))]).toEqual([at, "bad-key"]);
    }
  });
});

describe("a public key", () => {
  it.each([
    ["alone", testPublicKey],
    ["with a comment", `${testPublicKey} somebody@somewhere else`],
    ["with white space", `  ${testPublicKey.replace(" ", "\t ")} me \r\n`],
  ])("%s is taken in one form", (_, text) => {
    expect(parsePublicKey(text)).toBe(testPublicKey);
  });

  it.each([
    ["nothing", ""],
    ["another type", testPublicKey.replace("ssh-ed25519", "ssh-rsa")],
    ["another type inside", "ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAAAQ=="],
    ["cut short", testPublicKey.slice(0, -4)],
    ["longer", `${testPublicKey}AAAA`],
    ["without its type", testPublicKey.slice(12)],
  ])("of %s is refused", (_, text) => {
    expect(codeOf(() => parsePublicKey(text))).toBe("bad-key");
  });
});

describe("a signature", () => {
  const key = parseSigningKey(testKey);

  it("is byte for byte what ssh-keygen wrote, for Ed25519 leaves no choice", () => {
    expect(signDetached(key, hello)).toBe(testSignature);
  });

  it("holds for its message and key alone", () => {
    const other = testPublicKey.replace(/.$/, "4");
    const armored = Buffer.from(testSignature);
    expect(verifyCode(armored)).toBeUndefined();
    expect(verifyCode(armored, Buffer.from("hello\n"))).toBe("bad-signature");
    expect(verifyCode(armored, hello, other)).toBe("bad-signature");
    expect(verifyCode(armored, hello, `${testPublicKey} comment`)).toBe("bad-signature");
  });

  it("of any message holds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
        expect(verifyCode(Buffer.from(signDetached(key, message)), message)).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it("with any byte of its armour changed or any number cut off is refused", () => {
    const armored = Buffer.from(testSignature);
    for (let at = 0; at < armored.length; at += 1) {
      for (const change of [1, 2, 0x20, 0x80]) {
        const changed = Buffer.from(armored);
        changed[at]! ^= change;
        expect([at, change, verifyCode(changed)]).toEqual([at, change, "bad-signature"]);
      }
      expect([at, verifyCode(armored.subarray(0, at))]).toEqual([at, "bad-signature"]);
    }
  });

  it("with any byte changed inside a proper armour is refused", () => {
    const blob = decodeArmor(sshSignatureArmor, testSignature)!;
    for (let at = 0; at < blob.length; at += 1) {
      const changed = Buffer.from(blob);
      changed[at]! ^= 1;
      const armored = Buffer.from(encodeArmor(sshSignatureArmor, changed));
      expect([at, verifyCode(armored)]).toEqual([at, "bad-signature"]);
    }
  });

  it.each([
    ["CRLF", testSignature.replaceAll("\n", "\r\n")],
    ["a leading line feed", `\n${testSignature}`],
    ["something after it", `${testSignature}\n`],
    ["other lines", testSignature.replace("\nU1NI", "\nU\n1NI")],
  ])("armoured with %s is refused", (_, text) => {
    expect(verifyCode(Buffer.from(text))).toBe("bad-signature");
  });

  it("with bytes appended inside the armour is refused", () => {
    const blob = decodeArmor(sshSignatureArmor, testSignature)!;
    const longer = Buffer.from(encodeArmor(sshSignatureArmor, Buffer.concat([blob, Buffer.alloc(3)])));
    expect(verifyCode(longer)).toBe("bad-signature");
  });
});

describe.skipIf(!present)("ssh-keygen", () => {
  it.each([0, 1, 100_000])("verifies what ocbak signed, of %d bytes", async (size) => {
    await using place = await keyPlace();
    const message = randomBytes(size);
    const key = parseSigningKey(place.read("key"));
    expect(parsePublicKey(place.read("key.pub"))).toBe(key.publicKey);
    place.write("allowed", `someone namespaces="ocbak" ${key.publicKey}\n`);
    place.write("message.sig", signDetached(key, message));
    const args = ["-Y", "verify", "-f", "allowed", "-I", "someone", "-n", "ocbak", "-s", "message.sig"];
    expect(place.run(args, message).status).toBe(0);
    expect(place.run(args, Buffer.concat([message, Buffer.from("x")])).status).not.toBe(0);
  });

  it.each([0, 1, 100_000])(
    "signs %d bytes that ocbak verifies, with the same bytes as ocbak",
    async (size) => {
      await using place = await keyPlace();
      const message = randomBytes(size);
      const key = parseSigningKey(place.read("key"));
      const signature = place.run(["-Y", "sign", "-f", "key", "-n", "ocbak"], message).stdout;
      verifyDetached(signature, message, key.publicKey);
      expect(signature.toString("latin1")).toBe(signDetached(key, message));
    },
  );

  it.each([
    ["another namespace", ["-n", "file"]],
    ["another hash", ["-n", "ocbak", "-O", "hashalg=sha256"]],
  ])("signing under %s makes nothing that ocbak takes", async (_, options) => {
    await using place = await keyPlace();
    const key = parseSigningKey(place.read("key"));
    const signature = place.run(["-Y", "sign", "-f", "key", ...options], hello).stdout;
    expect(signature.length).toBeGreaterThan(200);
    expect(codeOf(() => verifyDetached(signature, hello, key.publicKey))).toBe("bad-signature");
  });

  it("prints the same fingerprint", async () => {
    await using place = await keyPlace();
    const printed = place.run(["-l", "-f", "key.pub"]).stdout.toString("utf8");
    expect(printed.split(" ")[1]).toBe(fingerprintOf(parsePublicKey(place.read("key.pub"))));
  });
});

/** A directory with a fresh key pair in it. */
async function keyPlace() {
  const { path, cleanup } = await dir({ unsafeCleanup: true });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "a test", "-f", join(path, "key")]);
  return {
    read: (name: string) => readFileSync(join(path, name), "utf8"),
    write: (name: string, text: string) => writeFileSync(join(path, name), text),
    run: (args: readonly string[], input?: Uint8Array) =>
      spawnSync("ssh-keygen", args, { cwd: path, input: input ?? "" }),
    [Symbol.asyncDispose]: cleanup,
  };
}
