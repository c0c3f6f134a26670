import { printStores } from "../at-stores.ts";
import { type Call, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { type RetentionFlags, retentionChoice, withRetentionFlags } from "../retention-flags.ts";
import { type ConfigFlags, settingsOf, withConfigFlags } from "../settings.ts";
import { chosenStores } from "../store-choice.ts";
import { withContext } from "../use-context.ts";

export const archivesCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withConfigFlags(
        withRetentionFlags(
          commandOf({
            name: "archives",
            summary: "list the archives of a store by series, and what a retention policy keeps of them",
            examples: ["ocbak archives", "ocbak archives /mnt/usb/backups --keep-daily 7 --keep-weekly 5"],
            statuses: [10, 20, 24],
          }).argument("[store]", "its name in the settings, or its folder (default: all of the settings)"),
        ),
      ),
    ),
  act: archives,
};

async function archives(call: Call): Promise<ExitStatus> {
  const flags = call.flags as RetentionFlags & ConfigFlags;
  const settings = await settingsOf(flags, call.io);
  const stores = chosenStores(call.args[0], settings, call.io);
  const choice = retentionChoice(flags, settings);

  const { listStores } = await import("../../backup/store/at-stores.ts");
  const { archivesText } = await import("../render/archives-text.ts");
  const results = await withContext(call, (context) => listStores(stores, choice, context));
  // What was asked for is no chatter: --quiet does not silence it.
  return printStores(results, call, { text: archivesText, isSaid: () => true, statusOf: () => 0 });
}
