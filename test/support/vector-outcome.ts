import { vectorReport } from "../../fixtures/report.ts";
import type { Vector } from "../../fixtures/vector-file.ts";
import { type Proof, proveArchive } from "../../src/backup/prove.ts";
import { signerOf } from "../../src/backup/read-options.ts";
import { surveyReport } from "../../src/backup/verify-survey.ts";
import { FormatError } from "../../src/format/errors.ts";
import { Secret } from "../../src/format/secret.ts";
import { memorySource } from "./archives.ts";
import { Contents } from "./contents.ts";
import { quietContext } from "./read.ts";

/** What a reader that makes no survey can find out. */
export type StrictlyTold = Pick<Vector, "code" | "tree" | "released" | "platform"> & {
  readonly expect?: string;
};

/** Of a vector, what such a reader has to say. */
export function strictlyExpected({ expect, code, tree, released, platform }: Vector): StrictlyTold {
  const contents = { ...(tree && { tree }), ...(released && { released }) };
  return code === undefined ? { expect, ...contents, ...(platform && { platform }) } : { code };
}

/** What the strict reader says. */
export async function strictlyTold(vector: Vector): Promise<StrictlyTold> {
  const { error, ...told } = await proved(vector);
  return error === undefined ? told : { code: error.code };
}

/** Besides, what verify makes of its refusal: the verdict, and the report on a cut copy. */
export async function verifyTold(vector: Vector): Promise<Pick<Vector, "report"> & { expect: string }> {
  const { error, expect } = await proved(vector);
  if (error === undefined) return { expect: expect! };
  const { verdict } = error.verdict === undefined ? { verdict: "no-key" } : await verified(vector, error);
  const report = vector.report && (await vectorReport(vector.bytes, { level: vector.level, keys: vector }));
  return { expect: verdict, ...(report && { report }) };
}

type Proved = Pick<Vector, "tree" | "released" | "platform"> & {
  readonly expect?: string;
  readonly error?: FormatError;
};

async function proved(vector: Vector): Promise<Proved> {
  const { bytes, level, signer } = vector;
  const visitor = new Contents();
  try {
    const options = {
      level,
      visitor,
      fileKey: (archive: Proof["archive"]) => archive.fileKey(keysOf(vector)),
    };
    const { archive, verdict } = await proveArchive(memorySource(bytes), options, quietContext);
    const signedBy = signerOf(archive, { keys: keysOf(vector), trustedSigners: signer ? [signer] : [] });
    const isAuthentic = verdict === "full" && signedBy?.trusted === true;
    return {
      expect: isAuthentic ? "authentic" : verdict,
      ...(level !== "quick" && visitor.digests()),
      ...(visitor.collides && { platform: "folding" }),
    };
  } catch (error) {
    if (error instanceof FormatError) return { error };
    throw error;
  }
}

/** What verify reports where the reader refuses. */
function verified(vector: Vector, refusal: FormatError): Promise<{ verdict: string }> {
  return surveyReport(memorySource(vector.bytes), refusal, { keys: keysOf(vector), level: vector.level });
}

export function keysOf({ identity = [], passphrase }: Vector) {
  return {
    identities: identity.map((text) => new Secret(text)),
    passphrase: () => Promise.resolve(passphrase === undefined ? undefined : new Secret(passphrase)),
  };
}
