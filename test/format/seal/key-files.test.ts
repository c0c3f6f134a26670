import { armor, Decrypter, Encrypter } from "age-encryption";
import { describe, expect, it } from "vitest";
import { generateIdentity, parseIdentityFile, recipientOf } from "../../../src/format/seal/identities.ts";
import { parseRecipientsFile } from "../../../src/format/seal/recipients.ts";
import {
  isSealedIdentityFile,
  openSealedIdentityFile,
  sealIdentityFile,
} from "../../../src/format/seal/sealed-identity-file.ts";
import { Secret } from "../../../src/format/secret.ts";
import { errorOf, failureOf } from "./outcome.ts";

const classic = await generateIdentity("x25519");
const postQuantum = await generateIdentity("post-quantum");
const line = classic.identity.reveal();
const passphrase = new Secret("a test passphrase");
const sealed = Buffer.from(await sealIdentityFile(`# made by a test\n${line}\n`, passphrase));

// Made by age 1.1.1 (`age -p -a`) for this test; it protects nothing.
const madeByAge = {
  passphrase: new Secret("pw2"),
  identity: "AGE-SECRET-KEY-1DW70CYTJ7NKE8FP7ULH7PXSTNEQDSH6AR4KLD4EXC4UTUCGNVSPQZ7M3KC",
  file: `-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBwUVZlVUE4Y3lKNVJYRmJq
VEF2aHdBIDE4CmoxSjFLNEMveHFpQTBVeEZkRlhkYlB5ZHJyWG1sQmVmOG5GVlUy
NWFzbG8KLS0tIFFNaWxOcnllM3ViNmNLY2M2OEV0ZHcrT1dFV1FPY0FKaDJYMFZF
S2QvUk0Ko9hnikXjYbKRQ74lzpBPEI6imZid1RgnEWzEyb4xKkbA7sFV0IB5c/zT
HMNAF/2uFYZ28WToUoY+LPSoMwSvObLxEhJ/EjkCg+C2kbjAgdodKn2/P+GWjCZ9
nFo2Qw7psCKjlMp0Ed1ju5waVo4Y
-----END AGE ENCRYPTED FILE-----
`,
};

function reveal(identities: readonly Secret[]): string[] {
  return identities.map((identity) => identity.reveal());
}

describe("an identity", () => {
  it("is made with its recipient, of either kind", async () => {
    expect(line).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
    expect(classic.recipient).toMatch(/^age1[0-9a-z]{58}$/);
    expect(postQuantum.identity.reveal()).toMatch(/^AGE-SECRET-KEY-PQ-1[0-9A-Z]{58}$/);
    expect(postQuantum.recipient).toMatch(/^age1pq1[0-9a-z]{1900,}$/);
    expect(await recipientOf(classic.identity)).toBe(classic.recipient);
    expect(await recipientOf(postQuantum.identity)).toBe(postQuantum.recipient);
  });

  it("that is none has no recipient", async () => {
    expect((await failureOf(recipientOf(new Secret("AGE-SECRET-KEY-1QQ"))))?.code).toBe("bad-key");
  });
});

describe("an identity file", () => {
  it.each([
    ["a line alone", line],
    ["comments and blank lines", `# created: today\n# public key: ${classic.recipient}\n\n${line}\n\n`],
    ["CRLF and spaces", `# windows\r\n  ${line}  \r\n`],
  ])("of %s gives its identity", (_, text) => {
    expect(reveal(parseIdentityFile(text))).toEqual([line]);
  });

  it("gives all its identities in order", () => {
    const both = `${postQuantum.identity.reveal()}\n${line}\n`;
    expect(reveal(parseIdentityFile(both))).toEqual([postQuantum.identity.reveal(), line]);
  });

  it.each([
    ["nothing", "", "no identity"],
    ["comments only", "# nothing here\n", "no identity"],
    ["a recipient", `${classic.recipient}\n`, "line 1 "],
    ["a changed identity", `# one\n${line.slice(0, -1)}${line.endsWith("Q") ? "P" : "Q"}\n`, "line 2 "],
    ["a cut identity", `${line}\n\n${line.slice(0, -1)}\n`, "line 3 "],
    ["a lower-case identity", line.toLowerCase(), "line 1 "],
    ["a plugin's identity, which would run a program", "AGE-PLUGIN-YUBIKEY-1QQQQQQQQQQQQQQQQ\n", "line 1 "],
    ["an SSH key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n", "line 1 "],
  ])("of %s is refused by line number, and not quoted", (_, text, says) => {
    const error = errorOf(() => parseIdentityFile(text));
    expect(error?.code).toBe("bad-key");
    expect(error?.message).toContain(says);
    expect(error?.message).not.toMatch(/1[a-z0-9]{8}/i);
  });
});

describe("a recipients file", () => {
  it("gives its recipients in order", () => {
    const text = `# ours\n${classic.recipient}\n\n${postQuantum.recipient}\r\n`;
    expect(parseRecipientsFile(text)).toEqual([classic.recipient, postQuantum.recipient]);
  });

  it.each([
    ["nothing", "# none\n", "no recipient"],
    ["an identity", `# oops\n${line}\n`, "line 2 "],
    ["an SSH key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDfm3B3VR7QT1frT test\n", "line 1 "],
    ["a recipient of another type", "age1tag1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\n", "line 1 "],
  ])("of %s is refused by line number, and not quoted", (_, text, says) => {
    const error = errorOf(() => parseRecipientsFile(text));
    expect(error?.code).toBe("bad-key");
    expect(error?.message).toContain(says);
    expect(error?.message).not.toContain(line.slice(16));
  });
});

describe("a sealed identity file", () => {
  it("opens with its passphrase", async () => {
    expect(isSealedIdentityFile(sealed)).toBe(true);
    expect(reveal(await openSealedIdentityFile(sealed, passphrase))).toEqual([line]);
  });

  it("is read by the age library", async () => {
    const decrypter = new Decrypter();
    decrypter.addPassphrase(passphrase.reveal());
    const text = await decrypter.decrypt(armor.decode(sealed.toString("latin1")), "text");
    expect(text).toBe(`# made by a test\n${line}\n`);
  });

  it("made by age 1.1.1 opens", async () => {
    const identities = await openSealedIdentityFile(Buffer.from(madeByAge.file), madeByAge.passphrase);
    expect(reveal(identities)).toEqual([madeByAge.identity]);
  });

  it("may be binary, or armoured with CRLF", async () => {
    const binary = Buffer.from(armor.decode(madeByAge.file));
    const crlf = Buffer.from(`\r\n${madeByAge.file.replaceAll("\n", "\r\n")}`);
    for (const bytes of [binary, crlf]) {
      expect(isSealedIdentityFile(bytes)).toBe(true);
      expect(reveal(await openSealedIdentityFile(bytes, madeByAge.passphrase))).toEqual([madeByAge.identity]);
    }
  });

  it("with another passphrase says that no key fits", async () => {
    const wrong = new Secret("not it");
    expect((await failureOf(openSealedIdentityFile(sealed, wrong)))?.code).toBe("no-key");
  });

  it.each([
    ["its armour changed", () => madeByAge.file.replace("YWdl", "YWd!")],
    ["its payload changed", () => madeByAge.file.replace("nFo2Qw7", "nFo2Qw8")],
    ["its end missing", () => armor.encode(armor.decode(madeByAge.file).subarray(0, 170))],
    ["a recipient in place of a passphrase", () => sealedToRecipient()],
    ["more than a megabyte", () => madeByAge.file + " ".repeat(1024 * 1024)],
  ])("with %s is refused as a key, not as an archive", async (_, make) => {
    const bytes = Buffer.from(await make());
    const failure = await failureOf(openSealedIdentityFile(bytes, madeByAge.passphrase));
    expect([failure?.code, failure?.verdict]).toEqual(["bad-key", undefined]);
  });

  it.each([
    ["an identity file", `# created\n${line}\n`],
    ["nothing", ""],
    ["an SSH key", "-----BEGIN OPENSSH PRIVATE KEY-----\n"],
  ])("is not what %s is", (_, text) => {
    expect(isSealedIdentityFile(Buffer.from(text))).toBe(false);
  });
});

async function sealedToRecipient(): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(classic.recipient);
  return armor.encode(await encrypter.encrypt(`${line}\n`));
}
