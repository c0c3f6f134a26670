import { FormatError } from "../format/errors.ts";
import { parsePublicKey, parseSigningKey, type SigningKey } from "../format/sshsig.ts";
import type { CliContext } from "./context.ts";
import { readKeyFile } from "./key-files.ts";

/**
 * The key of `--signing-key`, else of OCBAK_SIGNING_KEY, else of the settings: a file, never the key itself. Undefined
 * where none is given.
 */
export async function resolveSigningKey(
  flag: string | undefined,
  { signingKey }: { readonly signingKey?: string | undefined },
  io: CliContext,
): Promise<SigningKey | undefined> {
  const path = flag ?? (io.env["OCBAK_SIGNING_KEY"] || signingKey);
  if (!path) return undefined;
  const bytes = await readKeyFile({ path, kind: "signing key", secret: true }, io);
  return parseSigningKey(bytes.toString("utf8"));
}

/** `--trusted-signer`: a key as it stands in a `.pub` file, or a file of such lines. */
export async function resolveTrustedSigners(values: readonly string[], io: CliContext): Promise<string[]> {
  const signers: string[] = [];
  for (const value of values) {
    if (value.startsWith("ssh-")) signers.push(parsePublicKey(value));
    else signers.push(...(await signersIn(value, io)));
  }
  return [...new Set(signers)];
}

async function signersIn(path: string, io: CliContext): Promise<string[]> {
  const text = (await readKeyFile({ path, kind: "signers", secret: false }, io)).toString("utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  if (lines.length === 0) throw new FormatError("bad-key", `the signers file ${path} has no key`);
  return lines.map(parseLine);
}

/** `.pub` lines begin with the key's type, lines of ssh-keygen's allowed_signers with names in front of it. */
function parseLine(line: string): string {
  return parsePublicKey(/(?:^|\s)(ssh-ed25519\s.*)$/.exec(line)?.[1] ?? line);
}
