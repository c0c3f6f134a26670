import { beforeAll, describe, expect, it } from "vitest";
import { memberNames } from "../../src/format/member.ts";
import { generateIdentity } from "../../src/format/seal/identities.ts";
import { signDetached } from "../../src/format/sshsig.ts";
import { writeTestArchive } from "../support/archives.ts";
import { dirty, dirtyAt, outcomeOf, sharedKey } from "../support/bends.ts";
import { type Bends, type TestKey } from "../support/hostile.ts";
import { type Member, offsetOf } from "../support/members.ts";
import { outcome } from "../support/read.ts";
import { testSigningKey } from "../support/signing.ts";
import { type OuterCase, outerArchive, outerArchiveId, paddingOf, remadeOutcome } from "../support/outer.ts";

const archiveId = outerArchiveId;
const signer = testSigningKey();
let whole: Buffer;
let key: TestKey;
beforeAll(async () => {
  key = await sharedKey();
  whole = await outerArchive();
});

const digest = "cd".repeat(32);
type Sums = { [key: string]: number | string };

describe("checksums.json and end are held to the archive and to each other", () => {
  it.each<OuterCase>([
    ["one segment more", "bad-member", { checksums: ({ plain }) => ((plain as Sums)["segments"] = 6) }],
    ["one segment fewer", "bad-member", { checksums: ({ plain }) => ((plain as Sums)["segments"] = 4) }],
    ["no segment", "bad-schema", { checksums: ({ plain }) => ((plain as Sums)["segments"] = 0) }],
    [
      "a byte more",
      "bad-member",
      { checksums: ({ sealed }) => (((sealed as Sums)["storedBytes"] as number) += 1) },
    ],
    [
      "a million segments",
      "bad-schema",
      { checksums: ({ plain }) => ((plain as Sums)["segments"] = 1_000_000) },
    ],
    [
      "another digest of the segments",
      "digest-mismatch",
      { checksums: ({ plain }) => ((plain as Sums)["segmentsSha256"] = digest) },
    ],
    [
      "another digest of the manifest",
      "digest-mismatch",
      { checksums: (sums) => (sums["manifestSha256"] = digest) },
    ],
    [
      "extensions that are not there",
      "bad-member",
      { checksums: (sums) => (sums["extensions"] = { bytes: 1024, sha256: digest }) },
    ],
    [
      "another digest of no extensions",
      "digest-mismatch",
      { checksums: (sums) => (sums["extensions"] = { bytes: 0, sha256: digest }) },
    ],
    ["an unknown key", "bad-schema", { checksums: (sums) => (sums["x"] = 1) }],
    [
      "end: another length, longer",
      "part-missing",
      { end: (end) => (end["archiveBytes"] = (end["archiveBytes"] as number) + 512) },
    ],
    [
      "end: another length, shorter",
      "trailing-data",
      { end: (end) => (end["archiveBytes"] = (end["archiveBytes"] as number) - 512) },
    ],
    [
      "end: another place of checksums.json",
      "bad-header",
      { end: ({ checksums }) => (((checksums as Sums)["offset"] as number) += 512) },
    ],
    [
      "end: a place of checksums.json beyond the end",
      "bad-member",
      { end: ({ checksums }) => ((checksums as Sums)["offset"] = Number.MAX_SAFE_INTEGER) },
    ],
    [
      "end: another length of checksums.json",
      "bad-member",
      { end: ({ checksums }) => (((checksums as Sums)["bytes"] as number) += 1) },
    ],
    [
      "end: another digest of checksums.json",
      "digest-mismatch",
      { end: ({ checksums }) => ((checksums as Sums)["sha256"] = digest) },
    ],
    [
      "end: another length of the age header",
      "bad-member",
      { end: ({ header }) => (((header as Sums)["bytes"] as number) += 1) },
    ],
    [
      "end: another digest of the age header",
      "digest-mismatch",
      { end: ({ header }) => ((header as Sums)["sha256"] = digest) },
    ],
    ["end: another archive", "bad-member", { end: (end) => (end["archiveId"] = "0b".repeat(15)) }],
    [
      "end: padded with zeros",
      "bad-json",
      { endBytes: (content) => Buffer.from(content.toString().trimEnd().padEnd(512, "\0")) },
    ],
    [
      "end: padded with tabs",
      "bad-json",
      { endBytes: (content) => Buffer.from(`${content.toString().trimEnd().padEnd(511, "\t")}\n`) },
    ],
    [
      "end: no line feed",
      "bad-json",
      { endBytes: (content) => Buffer.from(content.toString().trimEnd().padEnd(512)) },
    ],
    [
      "end: a space in its JSON",
      "bad-json",
      {
        endBytes: (content) =>
          Buffer.from(`${content.toString().trimEnd().replace(":", ": ").padEnd(511)}\n`),
      },
    ],
  ])("%s: %s", async (_title, code, bends) => {
    expect(await remadeOutcome(bends)).toBe(code);
  });

  it("zero blocks at the end that are not zero", async () => {
    expect(await outcome(dirtyAt(whole, -1), key)).toBe("bad-member");
    expect(await outcome(dirtyAt(whole, -1024), key)).toBe("bad-member");
  });

  it("padding after checksums.json that is not zero", async () => {
    const padding = offsetOf(whole, "end") - 1;
    expect(await outcome(dirtyAt(whole, padding), key)).toBe("bad-member");
  });
});

const signed = (
  sign: (checksums: Buffer) => Member[],
  announced: string | null = signer.publicKey,
): Bends => ({
  manifest: (manifest) => Object.assign(manifest, { archiveId, signer: announced }),
  signature: sign,
});
const member = (content: Buffer | string): Member => ({
  name: memberNames.signature,
  archiveId,
  content: Buffer.from(content),
});
const right = (checksums: Buffer): Member[] => [member(signDetached(signer, checksums))];

describe("a signature is checked where there is one, and missed where there is none", () => {
  it.each<readonly [string, string, Bends]>([
    ["a right one", "full", signed(right)],
    ["none, though announced", "no-signature", signed(() => [])],
    ["one that is not announced", "bad-signature", signed(right, null)],
    [
      "one by another key",
      "bad-signature",
      signed((checksums) => [member(signDetached(testSigningKey(), checksums))]),
    ],
    [
      "one of something else",
      "bad-signature",
      signed(() => [member(signDetached(signer, Buffer.from("hello")))]),
    ],
    [
      "one in another form",
      "bad-signature",
      signed((checksums) => [member(`${signDetached(signer, checksums)}\n`)]),
    ],
    ["an empty one", "bad-signature", signed(() => [member("")])],
    ["one that is too long", "limit-exceeded", signed(() => [member("x".repeat(16 * 1024 + 1))])],
    ["two", "bad-member", signed((checksums) => [...right(checksums), ...right(checksums)])],
    [
      "something between it and end",
      "bad-member",
      signed((checksums) => [...right(checksums), { ...member(""), name: "pad" }]),
    ],
    ["something else in its place", "bad-member", signed(() => [{ ...member(""), name: "pad" }])],
    [
      "dirty padding after it",
      "bad-member",
      signed((checksums) => right(checksums).map((one) => ({ ...one, padding: dirty(paddingOf(one)) }))),
    ],
  ])("%s: %s", async (_title, code, bends) => {
    expect(await outcomeOf(bends)).toBe(code);
  });

  it("one made by the writer holds", async () => {
    const sealing = { recipients: [(await generateIdentity("x25519")).recipient] };
    const { bytes, written } = await writeTestArchive({ sealing, signingKey: signer });
    expect(await outcome(bytes, written)).toBe("full");
  });
});
