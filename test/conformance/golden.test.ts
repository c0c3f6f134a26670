import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Golden } from "../../fixtures/golden.ts";
import { type Proof, proveArchive } from "../../src/backup/prove.ts";
import { signerOf } from "../../src/backup/read-options.ts";
import { Secret } from "../../src/format/secret.ts";
import { memorySource } from "../support/archives.ts";
import { Contents } from "../support/contents.ts";
import { quietContext } from "../support/read.ts";

const directory = fileURLToPath(new URL("../../fixtures/golden/", import.meta.url));
const names = readdirSync(directory)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length));

describe("every golden archive reads as it was written", () => {
  it("there are some", () => {
    expect(names.length).toBeGreaterThanOrEqual(7);
  });

  it.each(names)("%s", async (name) => {
    const golden = JSON.parse(readFileSync(`${directory}${name}.json`, "utf8")) as Golden;
    const bytes = gunzipSync(readFileSync(`${directory}${name}.ocbak.gz`));
    const keys = {
      identities: golden.identity === undefined ? [] : [new Secret(golden.identity)],
      passphrase: () =>
        Promise.resolve(golden.passphrase === undefined ? undefined : new Secret(golden.passphrase)),
    };
    const visitor = new Contents();
    const options = {
      level: "full",
      visitor,
      fileKey: (archive: Proof["archive"]) => archive.fileKey(keys),
    } as const;
    const { archive, verdict } = await proveArchive(memorySource(bytes), options, quietContext);
    const signer = signerOf(archive, { keys, trustedSigners: golden.signer ? [golden.signer] : [] });
    expect(signer?.trusted === true ? "authentic" : verdict).toBe(golden.verdict);
    expect(visitor.lines).toEqual(golden.entries);
  });
});
