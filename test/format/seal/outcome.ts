import { FormatError } from "../../../src/format/errors.ts";
import type { FormatErrorCode } from "../../../src/format/errors.ts";
import { openHeader, parseAgeHeader } from "../../../src/format/seal/header.ts";
import type { Secret } from "../../../src/format/secret.ts";

/** The code of the FormatError that `work` throws, or undefined where it throws nothing. */
export function codeOf(work: () => unknown): FormatErrorCode | undefined {
  return errorOf(work)?.code;
}

export function errorOf(work: () => unknown): FormatError | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  return undefined;
}

/** The same for a promise. */
export async function failureOf(work: Promise<unknown>): Promise<FormatError | undefined> {
  try {
    await work;
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  return undefined;
}

/** The header that an age file begins with, and its file key. */
export async function keyFor(file: Buffer, identity: Secret): Promise<{ header: Buffer; key: Buffer }> {
  const header = file.subarray(0, parseAgeHeader(file).headerBytes);
  return { header, key: await openHeader(header, { identities: [identity] }) };
}
