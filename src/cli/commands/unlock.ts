import { type Call, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printReport } from "../output.ts";
import { type ConfigFlags, settingsOf, withConfigFlags } from "../settings.ts";
import { oneStore } from "../store-choice.ts";
import { withContext } from "../use-context.ts";

interface UnlockFlags extends ConfigFlags {
  readonly force?: boolean;
}

export const unlockCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withConfigFlags(
        commandOf({
          name: "unlock",
          summary: "take away the lock of a store that a killed process left, and say whose it was",
          examples: ["ocbak unlock /mnt/nas/backups", "ocbak unlock /mnt/nas/backups --force"],
          statuses: [10, 11, 20, 24, 26],
        })
          .argument("<store>", "the folder, or its name in the settings")
          .option("--force", "also that of another host, or one that cannot be read"),
      ),
    ),
  act: unlock,
};

async function unlock(call: Call): Promise<ExitStatus> {
  const { io, voice } = call;
  const flags = call.flags as UnlockFlags;
  const { path } = oneStore(call.args[0], await settingsOf(flags, io), io);

  const { unlockStore } = await import("../../backup/store/unlock.ts");
  const { unlockText } = await import("../render/unlock-text.ts");
  const options = { path, force: flags.force === true };
  const report = await withContext(call, (context) => unlockStore(options, context));
  await printReport(io.stdout, voice, { json: report, text: () => unlockText(report), problems: false });
  return 0;
}
