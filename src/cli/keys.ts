import { BackupError } from "../backup/errors.ts";
import type { Secret } from "../format/secret.ts";
import type { Keys, Sealing } from "../format/seal/header.ts";
import { parseIdentityFile, recipientOf } from "../format/seal/identities.ts";
import { checkRecipients, parseRecipientsFile } from "../format/seal/recipients.ts";
import { isSealedIdentityFile, openSealedIdentityFile } from "../format/seal/sealed-identity-file.ts";
import type { CliContext } from "./context.ts";
import { CliError } from "./errors.ts";
import { defaultIdentityFile, type KeyFile, readIfPresent, readKeyFile } from "./key-files.ts";
import { warn } from "./output.ts";
import { canHavePassphrase, hasConfiguredPassphrase, newPassphrase, passphraseFor } from "./passphrase.ts";
import { runSecretCommand } from "./secret-command.ts";

export interface SealingFlags {
  readonly recipient?: readonly string[];
  readonly recipientsFile?: readonly string[];
  readonly passphrase?: boolean;
}

/** Whom the settings file seals to. */
export interface SealingSettings {
  readonly recipients?: readonly string[] | undefined;
  readonly recipientsFiles?: readonly string[] | undefined;
}

export interface IdentityFlags {
  readonly identity?: readonly string[];
  readonly passphrase?: boolean;
}

/**
 * What `create` seals to. Flags first, then OCBAK_RECIPIENTS_FILE, then a passphrase of the environment, then the
 * settings file, then the recipient of the default identity. Throws `usage` where there is none or flags contradict
 * each other.
 */
export async function resolveSealing(
  flags: SealingFlags,
  settings: SealingSettings,
  io: CliContext,
): Promise<Sealing> {
  const named = (flags.recipient?.length ?? 0) + (flags.recipientsFile?.length ?? 0) > 0;
  if (flags.passphrase && named) {
    throw new CliError(
      "usage",
      "--passphrase stands alone: an archive is sealed to recipients or with a passphrase",
    );
  }
  if (flags.passphrase) return { passphrase: await newPassphrase("passphrase", io) };
  if (named)
    return sealTo([...(flags.recipient ?? []), ...(await recipientsIn(flags.recipientsFile ?? [], io))]);
  const configured = io.env["OCBAK_RECIPIENTS_FILE"];
  if (configured) return sealTo(await recipientsIn([configured], io));
  if (hasConfiguredPassphrase(io)) return { passphrase: await newPassphrase("passphrase", io) };
  const { recipients = [], recipientsFiles = [] } = settings;
  if (recipients.length + recipientsFiles.length > 0)
    return sealTo([...recipients, ...(await recipientsIn(recipientsFiles, io))]);
  return sealTo(await defaultRecipients(io));
}

function sealTo(recipients: readonly string[]): Sealing {
  checkRecipients(recipients);
  return { recipients: [...new Set(recipients)] };
}

async function recipientsIn(paths: readonly string[], io: CliContext): Promise<string[]> {
  const recipients: string[] = [];
  for (const path of paths) {
    const bytes = await readKeyFile({ path, kind: "recipients", secret: false }, io);
    recipients.push(...parseRecipientsFile(bytes.toString("utf8")));
  }
  return recipients;
}

async function defaultRecipients(io: CliContext): Promise<string[]> {
  const file: KeyFile = { path: defaultIdentityFile(io), kind: "identity", secret: true };
  const bytes = await readIfPresent(file, io);
  if (bytes === undefined) {
    throw new BackupError("no-recipient", "no recipient: nobody could open the sealed part of the archive");
  }
  if (isSealedIdentityFile(bytes) && !canHavePassphrase(io)) {
    throw new CliError(
      "no-terminal",
      `no recipient: the identity file ${file.path} is sealed with a passphrase`,
      {
        hint: "name the recipient that keygen printed, with -r age1… or OCBAK_RECIPIENTS_FILE",
      },
    );
  }
  return Promise.all((await identitiesOf(bytes, file.path, io)).map(recipientOf));
}

/**
 * What a reader may open an archive with: `-i`, else OCBAK_IDENTITY_FILE, else OCBAK_IDENTITY_COMMAND, else the
 * default identity file where there is one. A passphrase only where `--passphrase` or the environment says that there
 * is one; it is asked for when the archive needs it, and once. With `--passphrase` and no `-i` no identity is looked for.
 */
export async function resolveKeys(flags: IdentityFlags, io: CliContext): Promise<Keys> {
  if (flags.passphrase && !canHavePassphrase(io)) {
    throw new CliError("no-terminal", "cannot ask for the passphrase: stdin is not a terminal", {
      hint: "set OCBAK_PASSPHRASE_FILE or OCBAK_PASSPHRASE_COMMAND",
    });
  }
  const identities = await resolveIdentities(flags, io);
  if (!flags.passphrase && !hasConfiguredPassphrase(io)) return { identities };
  let asked: Promise<Secret | undefined> | undefined;
  return { identities, passphrase: () => (asked ??= passphraseFor("passphrase of the archive", io)) };
}

async function resolveIdentities(flags: IdentityFlags, io: CliContext): Promise<Secret[]> {
  if (flags.identity !== undefined && flags.identity.length > 0) return identitiesIn(flags.identity, io);
  if (flags.passphrase) return [];
  const configured = io.env["OCBAK_IDENTITY_FILE"];
  if (configured) return identitiesIn([configured], io);
  const command = io.env["OCBAK_IDENTITY_COMMAND"];
  if (command) {
    const output = await runSecretCommand("OCBAK_IDENTITY_COMMAND", command, io);
    return identitiesOf(output, "of OCBAK_IDENTITY_COMMAND", io);
  }
  return defaultIdentities(io);
}

async function identitiesIn(paths: readonly string[], io: CliContext): Promise<Secret[]> {
  const identities: Secret[] = [];
  for (const path of paths) {
    identities.push(
      ...(await identitiesOf(await readKeyFile({ path, kind: "identity", secret: true }, io), path, io)),
    );
  }
  return identities;
}

/** Nobody named this one, so a locked one is no reason to fail: many commands do without. */
async function defaultIdentities(io: CliContext): Promise<Secret[]> {
  const path = defaultIdentityFile(io);
  const bytes = await readIfPresent({ path, kind: "identity", secret: true }, io);
  if (bytes === undefined) return [];
  if (isSealedIdentityFile(bytes) && !canHavePassphrase(io)) {
    await warn(
      io,
      `going on without the identity file ${path}: it is sealed with a passphrase, and nobody can be asked`,
    );
    return [];
  }
  return identitiesOf(bytes, path, io);
}

async function identitiesOf(bytes: Buffer, name: string, io: CliContext): Promise<Secret[]> {
  if (!isSealedIdentityFile(bytes)) return parseIdentityFile(bytes.toString("utf8"));
  const passphrase = await passphraseFor(`passphrase of the identity file ${name}`, io);
  if (passphrase === undefined) throw new CliError("usage", "the passphrase is empty");
  return openSealedIdentityFile(bytes, passphrase);
}
