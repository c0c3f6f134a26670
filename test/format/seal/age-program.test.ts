import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dir } from "tmp-promise";
import { describe, expect, it } from "vitest";
import { sealHeader } from "../../../src/format/seal/header.ts";
import { generateIdentity, parseIdentityFile, recipientOf } from "../../../src/format/seal/identities.ts";
import { nonceBytes, openPayload, PayloadSealer } from "../../../src/format/seal/payload.ts";
import { keyFor } from "./outcome.ts";

const present = spawnSync("age", ["--version"]).status === 0;
if (!present) console.warn("age is not installed: what ocbak and age read of each other is NOT TESTED");

const sizes = [0, 1, 65_536, 65_537, 200_000];

describe.skipIf(!present)("the age program", () => {
  it.each(sizes)("opens %d bytes that ocbak sealed", async (size) => {
    await using place = await tmp();
    const plain = randomBytes(size);
    const { identity, recipient } = await generateIdentity("x25519");
    const other = await generateIdentity("x25519");
    const { header, fileKey } = await sealHeader({ recipients: [other.recipient, recipient] });
    const sealer = new PayloadSealer(fileKey, randomBytes(nonceBytes));
    const file = Buffer.concat([header, ...sealer.update(plain), ...sealer.final()]);
    writeFileSync(join(place.path, "key.txt"), `${identity.reveal()}\n`);
    writeFileSync(join(place.path, "file.age"), file);
    const opened = execFileSync("age", ["-d", "-i", "key.txt", "file.age"], { cwd: place.path });
    expect(opened.equals(plain)).toBe(true);
  });

  it.each(sizes)("seals %d bytes that ocbak opens, with a key of age-keygen", async (size) => {
    await using place = await tmp();
    const plain = randomBytes(size);
    execFileSync("age-keygen", ["-o", "key.txt"], { cwd: place.path, stdio: "ignore" });
    const [identity] = parseIdentityFile(readFileSync(join(place.path, "key.txt"), "utf8"));
    const recipient = execFileSync("age-keygen", ["-y", "key.txt"], {
      cwd: place.path,
      encoding: "utf8",
    }).trim();
    expect(await recipientOf(identity!)).toBe(recipient);
    writeFileSync(join(place.path, "file"), plain);
    execFileSync("age", ["-r", recipient, "-o", "file.age", "file"], { cwd: place.path });
    const file = readFileSync(join(place.path, "file.age"));
    const { header, key } = await keyFor(file, identity!);
    expect(openPayload(key, file.subarray(header.length)).equals(plain)).toBe(true);
  });
});

async function tmp(): Promise<AsyncDisposable & { path: string }> {
  const { path, cleanup } = await dir({ unsafeCleanup: true });
  return { path, [Symbol.asyncDispose]: cleanup };
}
