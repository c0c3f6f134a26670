import { resolve } from "node:path";

import { type Call, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { safe, write } from "../output.ts";

interface KeygenFlags {
  readonly output?: string;
  readonly postQuantum?: boolean;
  readonly passphrase?: boolean;
}

export const keygenCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      commandOf({
        name: "keygen",
        summary: "make a key: the identity goes into a file, the recipient to stdout",
        examples: ["ocbak keygen", "ocbak keygen --passphrase -o ~/keys/openclaw.txt"],
        statuses: [26],
      })
        .option(
          "-o, --output <file>",
          "where the identity goes (default: $XDG_CONFIG_HOME/ocbak/identity.txt)",
        )
        .option("--post-quantum", "a key that withstands quantum computers too (age from 1.3 on)")
        .option("--passphrase", "seal the identity file itself with a passphrase"),
    ),
  act: keygen,
};

async function keygen(call: Call): Promise<ExitStatus> {
  const { io, voice } = call;
  const flags = call.flags as KeygenFlags;
  const { generateIdentity } = await import("../../format/seal/identities.ts");
  const { defaultIdentityFile, writeKeyFile } = await import("../key-files.ts");

  const path = flags.output === undefined ? defaultIdentityFile(io) : resolve(io.cwd, flags.output);
  const { identity, recipient } = await generateIdentity(flags.postQuantum ? "post-quantum" : "x25519");
  const text = `# created: ${io.now().toISOString()}\n# public key: ${recipient}\n${identity.reveal()}\n`;
  await writeKeyFile(path, flags.passphrase ? await sealed(text, call) : text);

  await write(
    io.stdout,
    voice.json ? `${JSON.stringify({ identityFile: path, recipient })}\n` : `${recipient}\n`,
  );
  if (!voice.quiet && !voice.json) await write(io.stderr, advice(path, flags));
  return 0;
}

async function sealed(text: string, { io }: Call): Promise<string> {
  const { newPassphrase } = await import("../passphrase.ts");
  const { sealIdentityFile } = await import("../../format/seal/sealed-identity-file.ts");
  return sealIdentityFile(text, await newPassphrase("passphrase for the identity file", io));
}

function advice(path: string, flags: KeygenFlags): string {
  const create = flags.passphrase
    ? "\nocbak: to create without being asked for it, name the recipient above with -r."
    : "";
  return `ocbak: the identity is in ${safe(path)}
ocbak: KEEP A COPY of that file elsewhere, such as in a password manager: without it nobody opens your backups.${create}
`;
}
