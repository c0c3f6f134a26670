import { inflateSync } from "node:zlib";
import * as cctv from "cctv-age";
import { Secret } from "../../../src/format/secret.ts";

/** One of the age project's test vectors (C2SP/CCTV, age/README.md). */
export interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly armored: boolean;
  readonly file: Buffer;
  readonly fileKey: string | undefined;
  /** SHA-256 of all plain bytes that a reader may release. */
  readonly payload: string | undefined;
  readonly identities: readonly Secret[];
  readonly passphrases: readonly Secret[];
}

export const vectors: readonly Vector[] = Object.entries({ ...cctv })
  .filter((pair): pair is [string, Uint8Array] => pair[1] instanceof Uint8Array)
  .map(([name, bytes]) => decode(name, Buffer.from(bytes)));

function decode(name: string, bytes: Buffer): Vector {
  const end = bytes.indexOf("\n\n");
  const lines = bytes.subarray(0, end).toString("utf8").split("\n");
  const all = (key: string) =>
    lines.filter((line) => line.startsWith(`${key}: `)).map((line) => line.slice(key.length + 2));
  const body = bytes.subarray(end + 2);
  return {
    name,
    expect: all("expect")[0]!,
    armored: all("armored")[0] === "yes",
    file: all("compressed")[0] === "zlib" ? inflateSync(body) : body,
    fileKey: all("file key")[0],
    payload: all("payload")[0],
    identities: all("identity").map((text) => new Secret(text)),
    passphrases: all("passphrase").map((text) => new Secret(text)),
  };
}
