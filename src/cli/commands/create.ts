import type { CreateReport } from "../../backup/reports.ts";
import type { Config } from "../../config/schema.ts";
import type { Sealing } from "../../format/seal/header.ts";
import { type Call, collect, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import { CliError } from "../errors.ts";
import type { ExitStatus } from "../exit-status.ts";
import { type CaptureFlags, captureOptions, withCaptureFlags } from "../capture-settings.ts";
import { given } from "../given.ts";
import type { SealingFlags } from "../keys.ts";
import { printReport, write } from "../output.ts";
import { type ConfigFlags, settingsOf, withConfigFlags } from "../settings.ts";
import { withContext } from "../use-context.ts";

export interface CreateFlags extends SealingFlags, CaptureFlags, ConfigFlags {
  readonly output?: string;
  readonly profile?: string;
  readonly stateDir?: string;
  readonly stateOnly?: boolean;
  readonly allProfiles?: boolean;
  readonly stopGateway?: boolean;
  readonly dryRun?: boolean;
  readonly verify: boolean;
  readonly signingKey?: string;
}

export const createCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withConfigFlags(
        withCaptureFlags(
          commandOf({
            name: "create",
            summary: "back up an installation into one file; every archive is a full copy",
            examples: [
              "ocbak create -o /mnt/usb/",
              "ocbak create --passphrase --stop-gateway -o move.ocbak",
              "ocbak create -r age1… -o - | ssh nas 'cat > openclaw.ocbak'",
            ],
            statuses: [3, 10, 26],
          }),
        )
          .option(
            "-o, --output <file|dir|->",
            "where the archive goes; - is stdout (default: a dated name in this folder)",
          )
          .option("--profile <name>", "back up this OpenClaw profile")
          .option("--state-dir <dir>", "back up the installation with this state dir")
          .option(
            "--state-only",
            "do not read the config, for one that is broken: what only it names is left out",
          )
          .option("--all-profiles", "back up every profile of this user, one archive each")
          .option("-r, --recipient <age1…>", "seal to this recipient (repeatable)", collect)
          .option("-R, --recipients-file <file>", "seal to the recipients in this file (repeatable)", collect)
          .option("--passphrase", "seal with a passphrase instead")
          .option("--stop-gateway", "stop the gateway first, start it again afterwards")
          .option("--signing-key <file>", "sign with this SSH Ed25519 key (default: $OCBAK_SIGNING_KEY)")
          .option("--dry-run", "say what would be taken, write nothing")
          .option("--no-verify", "do not read the archive back"),
      ),
    ),
  act: create,
};

async function create(call: Call): Promise<ExitStatus> {
  const { io, voice } = call;
  const flags = call.flags as unknown as CreateFlags;
  const toStdout = flags.output === "-";
  if (toStdout && io.stdout.isTTY) {
    throw new CliError("binary-to-terminal", "an archive is not for a terminal", {
      hint: "redirect stdout, or name a file with -o",
    });
  }
  refuseContradictions(flags);
  const { resolveSealing } = await import("../keys.ts");
  const { resolveSigningKey } = await import("../signing.ts");
  const settings = await settingsOf(flags, io);
  const sealing = await resolveSealing(flags, settings, io);
  const signingKey = await resolveSigningKey(flags.signingKey, settings, io);

  const { createText } = await import("../render/create-text.ts");
  const options = {
    ...optionsOf(flags, settings),
    sealing,
    ...(signingKey === undefined ? {} : { signingKey }),
    ...(toStdout ? { writeStdout: (chunk: Uint8Array) => write(io.stdout, chunk) } : {}),
  };
  if (flags.allProfiles) {
    const { createAll } = await import("../create-all.ts");
    return createAll(call, options, (report) => createText(report, sealedTo(sealing)));
  }
  const { createBackup } = await import("../../backup/create.ts");
  const report: CreateReport = await withContext(call, (context) => createBackup(options, context));
  await printReport(toStdout ? io.stderr : io.stdout, voice, {
    json: report,
    text: () => createText(report, sealedTo(sealing)),
    problems: !report.complete,
  });
  return report.complete ? 0 : 3;
}

function refuseContradictions({ allProfiles, profile, stateDir, output }: CreateFlags): void {
  if (!allProfiles) return;
  const hint = "leave one of them out";
  if (profile !== undefined || stateDir !== undefined)
    throw new CliError("usage", "--all-profiles takes neither --profile nor --state-dir", { hint });
  if (output === "-")
    throw new CliError("usage", "--all-profiles makes several archives: they do not go to stdout", { hint });
}

/** What the use case takes of flags and settings. */
export function optionsOf(flags: CreateFlags, settings: Config) {
  const { output, profile, stateDir, stateOnly, stopGateway, dryRun, verify } = flags;
  return {
    ...captureOptions(flags, settings),
    ...given({ output, profile, stateDir, stateOnly, stopGateway, dryRun }),
    verify,
  };
}

function sealedTo(sealing: Sealing): string {
  if ("passphrase" in sealing) return "with a passphrase";
  const [first, ...others] = sealing.recipients;
  // A post-quantum recipient has 1,900 characters.
  const short = first!.length > 70 ? `${first!.slice(0, 24)}…` : first!;
  return others.length === 0 ? `to ${short}` : `to ${short} and ${others.length} more`;
}
