import {
  type Call,
  collect,
  type CommandDefinition,
  commandOf,
  withCommonFlags,
  withReadFlags,
} from "../command.ts";
import { CliError } from "../errors.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printReport } from "../output.ts";
import type { ReadFlags } from "../read-options.ts";
import type { RestoreReport } from "../../backup/restore-reports.ts";
import { withContext } from "../use-context.ts";

export interface RestoreFlags extends ReadFlags {
  readonly owner?: string;
  readonly home?: string;
  readonly stateDir?: string;
  readonly workspace?: readonly string[];
  readonly profile?: string;
  readonly only?: readonly string[];
  readonly rewritePaths?: boolean;
  readonly replace?: boolean;
  readonly doctor?: boolean;
  readonly undo?: boolean;
  readonly dryRun?: boolean;
  readonly stopGateway?: boolean;
  readonly allowUnproved?: boolean;
  readonly allowOutsideLinks?: boolean;
  readonly allowOlderOpenclaw?: boolean;
  readonly allowOlder?: boolean;
}

export const restoreCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withReadFlags(
        commandOf({
          name: "restore",
          summary:
            "put an installation where it belongs; nothing is put in place before every byte is proved",
          examples: [
            "ocbak restore move.ocbak",
            "ocbak restore --dry-run --home /home/alex move.ocbak",
            "sudo ocbak restore --owner alex -i key.txt move.ocbak",
            "sudo ocbak restore --owner alex --undo",
          ],
          statuses: [10, 12, 20, 21, 22, 23, 24, 26, 27, 28],
        })
          .argument("[archive]", "the .ocbak file (none with --undo)")
          .option("--owner <user[:group]>", "whose it becomes (default: the owner of --home, else you)")
          .option("--home <dir>", "the home it goes to (default: the owner's)")
          .option("--state-dir <dir>", "put the state dir here")
          .option("--workspace <[agent=]dir>", "put the workspace (of this agent) here (repeatable)", collect)
          .option("--profile <name>", "restore as this OpenClaw profile")
          .option(
            "--only <what>",
            "only state, workspace, workspace.AGENT, credentials, or what a glob matches (repeatable)",
            collect,
          )
          .option(
            "--no-rewrite-paths",
            "leave config, databases and links as they are, naming the old places",
          )
          .option("--replace", "put aside what is there as NAME.before-ocbak-TIME; it is never deleted")
          .option("--stop-gateway", "stop the gateway of the target first")
          .option(
            "--allow-unproved",
            "without the key: restore workspace files although nobody can tell whether they were changed",
          )
          .option("--allow-older-openclaw", "restore state that the OpenClaw here is too old for")
          .option("--allow-older", "restore an archive although a newer one of its series was seen here")
          .option("--allow-outside-links", "restore links that lead out of what is restored")
          .option("--doctor", "run `openclaw doctor` afterwards, as the owner, and show what it says")
          .option(
            "--undo",
            "take the last restore back: what --replace put aside is put back, nothing is deleted",
          )
          .option("--dry-run", "say what would be done, write nothing"),
      ),
    ),
  act: restore,
};

async function restore(call: Call): Promise<ExitStatus> {
  const flags = call.flags as RestoreFlags;
  if (flags.undo === true) return undo(call, flags);
  const { archiveArgument, readOptions } = await import("../read-options.ts");
  const archive = archiveArgument(call.args[0]);
  const options = { ...placesOf(flags), ...(await readOptions(flags, call.io)) };

  const { restoreArchive } = await import("../../backup/restore.ts");
  const { restoreText } = await import("../render/restore-text.ts");
  const report: RestoreReport = await withContext(call, (context) =>
    restoreArchive(archive, options, context),
  );
  const failed = report.checks.some(({ ok }) => !ok);
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => restoreText(report),
    problems: failed,
  });
  return failed ? 1 : 0;
}

async function undo(call: Call, flags: RestoreFlags): Promise<ExitStatus> {
  if (call.args[0] !== undefined) {
    throw new CliError("usage", "--undo takes no archive: it puts back what the last restore put aside");
  }
  const { undoLastRestore } = await import("../../backup/undo.ts");
  const { undoText } = await import("../render/undo-text.ts");
  const report = await withContext(call, (context) => undoLastRestore(placesOf(flags), context));
  await printReport(call.io.stdout, call.voice, {
    json: report,
    text: () => undoText(report),
    problems: false,
  });
  return 0;
}

/** The flags that go to the use case: as they are, and workspaces parsed. */
export function placesOf(flags: RestoreFlags) {
  const {
    identity: _i,
    passphrase: _p,
    trustedSigner: _t,
    requireSignature: _r,
    undo: _u,
    workspace,
    ...rest
  } = flags;
  return workspace === undefined ? rest : { ...rest, workspaces: workspace.map(parseWorkspace) };
}

/** `DIR` or `AGENT=DIR`; a folder with a `=` in its name is written `./a=b` or as an absolute path. */
function parseWorkspace(value: string): { readonly agent?: string; readonly path: string } {
  const match = /^([A-Za-z0-9][A-Za-z0-9_.-]*)=(.*)$/.exec(value);
  const path = match?.[2] ?? value;
  if (path === "") throw new CliError("usage", "--workspace needs a folder");
  return match === null ? { path } : { agent: match[1]!, path };
}
