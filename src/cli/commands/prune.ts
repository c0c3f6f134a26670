import { printStores } from "../at-stores.ts";
import { type Call, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import { CliError } from "../errors.ts";
import type { ExitStatus } from "../exit-status.ts";
import { type RetentionFlags, retentionChoice, withRetentionFlags } from "../retention-flags.ts";
import { type ConfigFlags, settingsOf, withConfigFlags } from "../settings.ts";
import { chosenStores } from "../store-choice.ts";
import { withContext } from "../use-context.ts";

interface PruneFlags extends RetentionFlags, ConfigFlags {
  readonly dryRun?: boolean;
}

export const pruneCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withConfigFlags(
        withRetentionFlags(
          commandOf({
            name: "prune",
            summary: "remove from a store the archives that a retention policy does not keep",
            examples: [
              "ocbak prune /mnt/usb/backups --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --dry-run",
              "ocbak prune",
            ],
            statuses: [10, 11, 20, 24],
          }).argument("[store]", "its name in the settings, or its folder (default: all of the settings)"),
        ).option("--dry-run", "say what becomes of each archive, remove nothing"),
      ),
    ),
  act: prune,
};

async function prune(call: Call): Promise<ExitStatus> {
  const flags = call.flags as PruneFlags;
  const settings = await settingsOf(flags, call.io);
  const stores = chosenStores(call.args[0], settings, call.io);
  const choice = retentionChoice(flags, settings);
  if (choice === undefined)
    throw new CliError("usage", "there is no retention policy: nothing says what is to be kept", {
      hint: "say it with --keep-daily 7 and the like, or set `retention` in config.json (docs/config.md)",
    });

  const { pruneStores } = await import("../../backup/store/at-stores.ts");
  const { pruneText } = await import("../render/prune-text.ts");
  const isDryRun = flags.dryRun === true;
  const results = await withContext(call, (context) => pruneStores(stores, { ...choice, isDryRun }, context));
  return printStores(results, call, {
    text: pruneText,
    isSaid: ({ dryRun, failed }) => dryRun || failed > 0,
    statusOf: ({ failed }) => (failed > 0 ? 1 : 0),
  });
}
