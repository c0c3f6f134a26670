import type { ByteStream } from "../format/bytes.ts";
import type { Keys } from "../format/seal/header.ts";
import type { CliContext } from "./context.ts";
import { CliError } from "./errors.ts";
import { type IdentityFlags, resolveKeys } from "./keys.ts";
import { resolveTrustedSigners } from "./signing.ts";

/** The flags of `withReadFlags`, as commander names them. */
export interface ReadFlags extends IdentityFlags {
  readonly trustedSigner?: readonly string[];
  readonly requireSignature?: boolean;
}

/** What every use case that opens an archive takes. */
export interface ResolvedReadOptions {
  readonly keys: Keys;
  readonly trustedSigners?: readonly string[];
  readonly requireSignature?: boolean;
}

export async function readOptions(flags: ReadFlags, io: CliContext): Promise<ResolvedReadOptions> {
  if (flags.requireSignature && !flags.trustedSigner?.length) {
    throw new CliError(
      "usage",
      "--require-signature needs a --trusted-signer: a signature of just anybody proves nothing",
    );
  }
  const trustedSigners = await resolveTrustedSigners(flags.trustedSigner ?? [], io);
  return {
    keys: await resolveKeys(flags, io),
    ...(trustedSigners.length === 0 ? {} : { trustedSigners }),
    ...(flags.requireSignature ? { requireSignature: true } : {}),
  };
}

/** The path of an archive. Only `verify` takes one from a pipe. */
export function archiveArgument(argument: unknown): string {
  if (typeof argument !== "string")
    throw new CliError("usage", "the archive is missing", { hint: "name the .ocbak file" });
  if (argument !== "-") return argument;
  throw new CliError("usage", "only verify takes an archive from stdin", {
    hint: "write it to a file first",
  });
}

/** The same for `verify`: `-` is stdin, if that is no terminal. */
export function archiveOrStdin(argument: unknown, io: CliContext): { archive: string; stdin?: ByteStream } {
  const archive = String(argument);
  if (archive !== "-") return { archive };
  if (io.stdin.isTTY) throw new CliError("usage", "an archive cannot be typed: stdin is a terminal");
  return { archive, stdin: io.stdin as AsyncIterable<Buffer> };
}
