import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Decrypter, Encrypter } from "age-encryption";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ageHeaderBytesMax,
  openHeader,
  parseAgeHeader,
  proveHeader,
  sealHeader,
} from "../../../src/format/seal/header.ts";
import { generateIdentity } from "../../../src/format/seal/identities.ts";
import { decodeAgeHeader, encodeAgeHeader } from "../../../src/format/seal/stanza.ts";
import { Secret } from "../../../src/format/secret.ts";
import { codeOf, failureOf } from "./outcome.ts";

const classic = await generateIdentity("x25519");
const other = await generateIdentity("x25519");
const postQuantum = await generateIdentity("post-quantum");
const password = new Secret("correct horse battery staple");
const forClassic = await sealHeader({ recipients: [classic.recipient] });
const inPassword = await sealHeader({ passphrase: password });

function asking(passphrase: Secret | undefined) {
  return { identities: [], passphrase: () => Promise.resolve(passphrase) };
}

const neverAsked = { passphrase: () => Promise.reject(new Error("asked")) };

/** A header of hand-written stanzas under a made-up MAC: parsing does not look at the MAC. */
function headerOf(...stanzas: { type: string; args: string[]; bytes: number }[]): Buffer {
  const whole = stanzas.map(({ type, args, bytes }) => ({ type, args, body: Buffer.alloc(bytes) }));
  return encodeAgeHeader(whole, Buffer.alloc(32));
}

const base64 = (bytes: number) => Buffer.alloc(bytes).toString("base64").replace(/=+$/, "");
const x25519 = { type: "X25519", args: [base64(32)], bytes: 32 };
const mlkem = { type: "mlkem768x25519", args: [base64(1120)], bytes: 32 };
const scrypt = { type: "scrypt", args: [base64(16), "20"], bytes: 32 };
const grease = { type: "x-grease", args: ["what", "ever"], bytes: 100 };
const unknown = { type: "example.com/thing", args: [], bytes: 0 };
// A body of 48 bytes fills its line, so that an empty one follows.
const unknownFull = { type: "example.com/full", args: ["a"], bytes: 48 };

describe("sealing to recipients", () => {
  it.each([
    ["one", [classic], [classic]],
    ["several, to the first", [classic, other], [classic]],
    ["several, to the last", [classic, other], [other]],
    ["several, to one who tries another identity first", [classic], [other, postQuantum, classic]],
    ["post-quantum ones", [postQuantum], [postQuantum]],
  ])("%s opens with the file key", async (_, to, by) => {
    const { header, fileKey } = await sealHeader({ recipients: to.map(({ recipient }) => recipient) });
    const opened = await openHeader(header, { identities: by.map(({ identity }) => identity) });
    expect(opened.equals(fileKey)).toBe(true);
    expect(fileKey.length).toBe(16);
    expect(parseAgeHeader(header).summary.recipientCount).toBe(to.length);
  });

  it("takes a fresh file key each time", async () => {
    const again = await sealHeader({ recipients: [classic.recipient] });
    expect(again.fileKey.equals(forClassic.fileKey)).toBe(false);
  });

  it("names a recipient given twice once", async () => {
    const { header } = await sealHeader({ recipients: [classic.recipient, classic.recipient] });
    expect(parseAgeHeader(header).summary.stanzaTypes).toEqual(["X25519"]);
  });

  it.each([
    ["none", [], "bad-key"],
    ["an identity", [classic.identity.reveal()], "bad-key"],
    [
      "a changed one",
      [`${classic.recipient.slice(0, -1)}${classic.recipient.endsWith("q") ? "p" : "q"}`],
      "bad-key",
    ],
    ["an upper-case one", [classic.recipient.toUpperCase()], "bad-key"],
    [
      "a post-quantum one beside a classic one",
      [postQuantum.recipient, classic.recipient],
      "mixed-recipients",
    ],
    // The point of order one, with a right checksum: no shared secret would be secret.
    ["the identity point", ["age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"], "bad-key"],
  ])("refuses %s, without quoting it", async (_, recipients, code) => {
    const failure = await failureOf(sealHeader({ recipients }));
    expect(failure?.code).toBe(code);
    for (const recipient of recipients) expect(failure?.message).not.toContain(recipient.slice(4));
  });

  it("refuses more recipients than the header region holds", async () => {
    const many = await Promise.all(Array.from({ length: 42 }, () => generateIdentity("post-quantum")));
    const recipients = many.map(({ recipient }) => recipient);
    expect((await failureOf(sealHeader({ recipients })))?.code).toBe("limit-exceeded");
    const { header } = await sealHeader({ recipients: recipients.slice(0, 40) });
    expect(header.length).toBeLessThanOrEqual(ageHeaderBytesMax);
  });
});

describe("sealing in a passphrase", () => {
  it("opens with it, at work factor 18", async () => {
    expect((await openHeader(inPassword.header, asking(password))).equals(inPassword.fileKey)).toBe(true);
    expect(parseAgeHeader(inPassword.header).summary).toEqual({
      stanzaTypes: ["scrypt"],
      passphrase: true,
      recipientCount: 1,
      logN: 18,
    });
  });

  it("makes a header that the age library opens", async () => {
    const decrypter = new Decrypter();
    decrypter.addPassphrase(password.reveal());
    expect(Buffer.from(await decrypter.decryptHeader(inPassword.header)).equals(inPassword.fileKey)).toBe(
      true,
    );
  });

  it("opens what the age library sealed", async () => {
    const encrypter = new Encrypter();
    encrypter.setScryptWorkFactor(10);
    encrypter.setPassphrase("naïve 密码");
    const file = Buffer.from(await encrypter.encrypt(new Uint8Array(0)));
    const header = file.subarray(0, parseAgeHeader(file).headerBytes);
    const fileKey = await openHeader(header, asking(new Secret("naïve 密码")));
    expect(fileKey.length).toBe(16);
  });

  it("refuses an empty one", async () => {
    expect((await failureOf(sealHeader({ passphrase: new Secret("") })))?.code).toBe("bad-key");
  });
});

describe("opening", () => {
  it.each([
    ["to a recipient, with no identity", forClassic.header, { identities: [] }],
    ["to a recipient, with a passphrase", forClassic.header, asking(password)],
    ["to a recipient, with another identity", forClassic.header, { identities: [other.identity] }],
    [
      "to a recipient, with a post-quantum identity",
      forClassic.header,
      { identities: [postQuantum.identity] },
    ],
    ["in a passphrase, with an identity", inPassword.header, { identities: [classic.identity] }],
    ["in a passphrase, when none is typed", inPassword.header, asking(undefined)],
    ["in a passphrase, with another", inPassword.header, asking(new Secret("wrong"))],
  ])("what is sealed %s says that no key fits", async (_, header, keys) => {
    expect((await failureOf(openHeader(header, keys)))?.code).toBe("no-key");
  });

  it("asks for a passphrase only where one is needed", async () => {
    const keys = { ...neverAsked, identities: [classic.identity] };
    const opened = await openHeader(forClassic.header, keys);
    expect(opened.equals(forClassic.fileKey)).toBe(true);
  });

  it("refuses an identity that is none, without quoting it", async () => {
    const broken = new Secret(classic.identity.reveal().slice(0, -1));
    const failure = await failureOf(openHeader(forClassic.header, { identities: [broken] }));
    expect(failure?.code).toBe("bad-key");
    expect(`${failure?.stack} ${String(failure?.cause)}`).not.toContain(broken.reveal().slice(16));
  });

  it("and proving refuse a header followed by something else", async () => {
    const longer = Buffer.concat([forClassic.header, Buffer.from("\n")]);
    expect((await failureOf(openHeader(longer, { identities: [classic.identity] })))?.code).toBe(
      "bad-age-header",
    );
    expect(codeOf(() => proveHeader(longer, forClassic.fileKey))).toBe("bad-age-header");
  });

  it("proves a header only with its own file key", () => {
    expect(codeOf(() => proveHeader(forClassic.header, forClassic.fileKey))).toBeUndefined();
    expect(codeOf(() => proveHeader(forClassic.header, randomBytes(16)))).toBe("bad-age-header");
  });
});

describe("a header", () => {
  it.each([
    ["one recipient", [x25519], undefined],
    ["two of a kind", [x25519, x25519], undefined],
    ["grease and unknown stanzas", [grease, x25519, unknown, unknownFull], undefined],
    ["post-quantum ones and grease", [mlkem, grease, mlkem], undefined],
    ["a passphrase at the limit", [scrypt], undefined],
    ["no stanza", [], "bad-age-header"],
    ["post-quantum beside classic", [mlkem, x25519], "bad-age-header"],
    [
      "post-quantum beside an SSH key",
      [{ type: "ssh-ed25519", args: ["a", "b"], bytes: 32 }, mlkem],
      "bad-age-header",
    ],
    ["a passphrase beside a recipient", [scrypt, x25519], "bad-age-header"],
    ["a passphrase beside grease", [grease, scrypt], "bad-age-header"],
    ["two passphrases", [scrypt, scrypt], "bad-age-header"],
    ["a passphrase above the limit", [{ ...scrypt, args: [base64(16), "21"] }], "limit-exceeded"],
    ["a short share", [{ ...x25519, args: [base64(31)] }], "bad-age-header"],
    ["a long wrapped key", [{ ...x25519, bytes: 33 }], "bad-age-header"],
    ["a type named like a property of objects", [{ type: "constructor", args: [], bytes: 3 }], undefined],
    ["a stanza too long for the region", [{ ...unknown, bytes: ageHeaderBytesMax }], "limit-exceeded"],
  ])("of %s ends as it must", (_, stanzas, code) => {
    const header = Buffer.concat([headerOf(...stanzas), Buffer.alloc(100_000)]);
    expect(codeOf(() => parseAgeHeader(header))).toBe(code);
  });

  it("counts recipients without grease", () => {
    const { summary } = parseAgeHeader(headerOf(grease, x25519, unknown));
    expect(summary).toEqual({
      stanzaTypes: ["x-grease", "X25519", "example.com/thing"],
      passphrase: false,
      recipientCount: 2,
    });
  });

  const argument = fc.string({
    unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 80,
  });
  const stanza = fc.record({
    type: argument,
    args: fc.array(argument, { maxLength: 3 }),
    body: fc.uint8Array({ maxLength: 150 }).map((bytes) => Buffer.from(bytes)),
  });

  it("of any stanzas decodes to what was encoded", () => {
    fc.assert(
      fc.property(
        fc.array(stanza, { minLength: 1, maxLength: 5 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ maxLength: 20 }),
        (stanzas, mac, rest) => {
          const header = encodeAgeHeader(stanzas, mac);
          const decoded = decodeAgeHeader(Buffer.concat([header, rest]));
          expect(decoded).toEqual({ stanzas, mac: Buffer.from(mac), headerBytes: header.length });
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ["to a recipient", forClassic],
    ["in a passphrase", inPassword],
  ])(
    "sealed %s with any bit flipped is refused or re-encodes to the same bytes, and is never proved",
    (_, sealed) => {
      let parsed = 0;
      for (let bit = 0; bit < sealed.header.length * 8; bit += 1) {
        const changed = Buffer.from(sealed.header);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const code = codeOf(() => {
          const { stanzas, mac, headerBytes } = parseAgeHeader(changed);
          expect(encodeAgeHeader(stanzas, mac).equals(changed.subarray(0, headerBytes))).toBe(true);
          parsed += 1;
        });
        expect([undefined, "bad-age-header", "limit-exceeded"]).toContain(code);
        expect(codeOf(() => proveHeader(changed, sealed.fileKey))).toBeDefined();
      }
      // The flips that leave the form alone are what the MAC is for: the test must have met some.
      expect(parsed).toBeGreaterThan(100);
    },
  );

  it.each([
    ["no longer than allowed", "A".repeat(60), undefined],
    ["too long", "A".repeat(68), "bad-age-header"],
    ["padded", `${"A".repeat(42)}==`, "bad-age-header"],
    ["of another alphabet", "__8", "bad-age-header"],
    ["with bits left over", "AB", "bad-age-header"],
  ])("with a body line that is %s ends as it must", (_, line, code) => {
    const text = `age-encryption.org/v1\n-> x\n${line}\n--- ${base64(32)}\n`;
    expect(codeOf(() => parseAgeHeader(Buffer.from(text)))).toBe(code);
  });

  it("cut anywhere is refused", () => {
    for (let end = 0; end < forClassic.header.length; end += 1) {
      expect(codeOf(() => parseAgeHeader(forClassic.header.subarray(0, end)))).toBe("bad-age-header");
    }
  });
});

it("the age library is loaded for post-quantum keys only", () => {
  const script = `
    import { registerHooks } from "node:module";
    let loaded = false;
    registerHooks({ resolve: (name, context, next) => { loaded ||= name === "age-encryption"; return next(name, context); } });
    const { openHeader, parseAgeHeader, proveHeader, sealHeader } = await import("./src/format/seal/header.ts");
    const { Secret } = await import("./src/format/secret.ts");
    const { recipientOf } = await import("./src/format/seal/identities.ts");
    await import("./src/format/seal/sealed-identity-file.ts");
    const passphrase = new Secret("pass");
    const { header, fileKey } = await sealHeader({ passphrase });
    parseAgeHeader(header);
    proveHeader(header, fileKey);
    await openHeader(header, { identities: [], passphrase: async () => passphrase });
    const identity = new Secret(${JSON.stringify(classic.identity.reveal())});
    const sealed = await sealHeader({ recipients: [await recipientOf(identity)] });
    await openHeader(sealed.header, { identities: [identity] });
    const before = loaded;
    await sealHeader({ recipients: [${JSON.stringify(postQuantum.recipient)}] });
    console.log(before, loaded);`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(out.trim()).toBe("false true");
});
