import type { Archive } from "../format/archive.ts";
import type { ByteSource, ByteStream } from "../format/bytes.ts";
import { FormatError } from "../format/errors.ts";
import type { Keys } from "../format/seal/header.ts";
import { openArchiveFile, spool } from "../store/directory.ts";
import type { Context } from "./context.ts";

/** What every use case that reads an archive can be given. */
export interface ReadOptions {
  readonly keys: Keys;
  /** Public keys `ssh-ed25519 AAAA…` whose signature makes an archive authentic. */
  readonly trustedSigners?: readonly string[];
  readonly requireSignature?: boolean;
  /** Where the archive `-` comes from. */
  readonly stdin?: ByteStream;
}

export type OpenSource = ByteSource & AsyncDisposable;

/** Opens `archive`, a path, or `-`: standard input, kept in a private temporary file meanwhile. */
export async function openSource(
  archive: string,
  { stdin }: Pick<ReadOptions, "stdin">,
  context: Context,
): Promise<OpenSource> {
  if (archive !== "-" || stdin === undefined) return openArchiveFile(archive);
  return spool(stdin, context.env["TMPDIR"] ?? "/tmp");
}

/** True where a key was configured, so that the sealed section can be asked for. */
export function hasKey({ keys }: ReadOptions): boolean {
  return keys.identities.length > 0 || keys.passphrase !== undefined;
}

export interface Signer {
  readonly key: string;
  readonly trusted: boolean;
}

/** Who signed, and whether that is somebody trusted. Throws `no-signature` where a trusted one was required and is not there. */
export function signerOf(archive: Archive, options: ReadOptions): Signer | null {
  const { signer } = archive.layout;
  const trusted = signer !== undefined && (options.trustedSigners ?? []).includes(signer);
  if (options.requireSignature === true && !trusted) {
    const why = signer === undefined ? "it is not signed" : "its signer is not one of the trusted ones";
    throw new FormatError("no-signature", `a trusted signature is required, but ${why}`);
  }
  return signer === undefined ? null : { key: signer, trusted };
}
