import { Secret } from "../format/secret.ts";
import type { CliContext } from "./context.ts";
import { CliError } from "./errors.ts";
import { readKeyFile } from "./key-files.ts";
import { askSecret, canAsk } from "./prompt.ts";
import { runSecretCommand } from "./secret-command.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** True where a passphrase comes from the environment, so that nobody need be asked. */
export function hasConfiguredPassphrase(io: CliContext): boolean {
  return Boolean(io.env["OCBAK_PASSPHRASE_FILE"] ?? io.env["OCBAK_PASSPHRASE_COMMAND"]);
}

/** True where a passphrase can be had at all. */
export function canHavePassphrase(io: CliContext): boolean {
  return hasConfiguredPassphrase(io) || canAsk(io);
}

/** The passphrase of the environment, else the one a person types; undefined for an empty answer. */
export async function passphraseFor(question: string, io: CliContext): Promise<Secret | undefined> {
  return (await configuredPassphrase(io)) ?? (await askSecret(io, question));
}

/** The same for a new one, which a person types twice. Throws `usage` where the two differ or are empty. */
export async function newPassphrase(question: string, io: CliContext): Promise<Secret> {
  const configured = await configuredPassphrase(io);
  if (configured !== undefined) return configured;
  const first = await askSecret(io, question);
  if (first === undefined) throw new CliError("usage", "the passphrase is empty");
  const second = await askSecret(io, `${question} again`);
  if (second?.reveal() !== first.reveal()) throw new CliError("usage", "the two passphrases differ");
  return first;
}

async function configuredPassphrase(io: CliContext): Promise<Secret | undefined> {
  const path = io.env["OCBAK_PASSPHRASE_FILE"];
  if (path)
    return parse(await readKeyFile({ path, kind: "passphrase", secret: true }, io), "OCBAK_PASSPHRASE_FILE");
  const command = io.env["OCBAK_PASSPHRASE_COMMAND"];
  if (!command) return undefined;
  return parse(await runSecretCommand("OCBAK_PASSPHRASE_COMMAND", command, io), "OCBAK_PASSPHRASE_COMMAND");
}

/** One line; what a person can type must be what the file can hold. */
function parse(bytes: Buffer, source: string): Secret {
  const text = decode(bytes, source).replace(/\r?\n$/, "");
  if (text === "") throw new CliError("usage", `the passphrase of ${source} is empty`);
  if (/[\r\n]/.test(text)) throw new CliError("usage", `${source} gives more than one line`);
  return new Secret(text);
}

function decode(bytes: Buffer, source: string): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new CliError("usage", `the passphrase of ${source} is not UTF-8 text`, { cause });
  }
}
