import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { listed } from "../../fixtures/judge.ts";
import { vectorReport } from "../../fixtures/report.ts";
import type { Vector } from "../../fixtures/vector-file.ts";
import { generateVectors, readVector, staleVectors, vectorNames } from "../../fixtures/vector-set.ts";
import { type Proof, proveArchive } from "../../src/backup/prove.ts";
import { signerOf } from "../../src/backup/read-options.ts";
import { surveyReport } from "../../src/backup/verify-survey.ts";
import type { IndexLine } from "../../src/format/entry.ts";
import { FormatError } from "../../src/format/errors.ts";
import { Secret } from "../../src/format/secret.ts";
import { memorySource } from "../support/archives.ts";
import { quietContext } from "../support/read.ts";

it("the vectors are those that fixtures/generate.ts makes", async () => {
  expect(staleVectors(await generateVectors())).toEqual([]);
});

describe("the strict reader says of each vector what it expects", () => {
  it.each(vectorNames())("%s", async (name) => {
    const vector = readVector(name);
    const {
      identity: _identity,
      passphrase: _passphrase,
      comment: _comment,
      bytes: _bytes,
      exit: _exit,
      ...told
    } = vector;
    expect(await toldOf(vector)).toEqual(told);
  });
});

/** What the reader says, in the words of a vector. */
async function toldOf(vector: Vector): Promise<object> {
  const { bytes, level } = vector;
  const seen = new Contents();
  const kept = {
    level,
    ...(vector.signer && { signer: vector.signer }),
    ...(vector.platform && { platform: vector.platform }),
  };
  try {
    const options = {
      level,
      visitor: seen,
      fileKey: (archive: Proof["archive"]) => archive.fileKey(keysOf(vector)),
    };
    const { archive, verdict } = await proveArchive(memorySource(bytes), options, quietContext);
    const trusted = { trustedSigners: vector.signer ? [vector.signer] : [] };
    const isAuthentic =
      verdict === "full" && signerOf(archive, { keys: keysOf(vector), ...trusted })?.trusted === true;
    return { ...kept, expect: isAuthentic ? "authentic" : verdict, ...(level !== "quick" && seen.digests()) };
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    const { code } = cause;
    const report = vector.report && (await vectorReport(bytes, { level, keys: vector }));
    const { verdict } = cause.verdict === undefined ? { verdict: "no-key" } : await verified(vector, cause);
    return { ...kept, expect: verdict, code, ...nothing, ...(report && { report }) };
  }
}

/** What verify reports where the reader refuses. */
function verified(vector: Vector, refusal: FormatError): Promise<{ verdict: string }> {
  return surveyReport(memorySource(vector.bytes), refusal, { keys: keysOf(vector), level: vector.level });
}

function keysOf({ identity = [], passphrase }: Vector) {
  return {
    identities: identity.map((text) => new Secret(text)),
    passphrase: () => Promise.resolve(passphrase === undefined ? undefined : new Secret(passphrase)),
  };
}

const nothing = { tree: hash("sha256", "", "hex"), released: hash("sha256", "", "hex") };

/** What a reader has given out when it has proved all. */
class Contents {
  readonly #lines: string[] = [];
  readonly #contents: Buffer[] = [];

  begin(line: IndexLine): void {
    this.#lines.push(listed({ line }));
  }

  content(bytes: Uint8Array): void {
    this.#contents.push(Buffer.from(bytes));
  }

  end(): void {}

  digests(): { tree: string; released: string } {
    return {
      tree: hash("sha256", this.#lines.join(""), "hex"),
      released: hash("sha256", Buffer.concat(this.#contents), "hex"),
    };
  }
}
