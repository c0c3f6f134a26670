import { collect, type Call, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { noteAndSay, noteStatuses } from "../note-archives.ts";
import { withConfigFlags } from "../settings.ts";

interface TagFlags {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

export const tagCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withConfigFlags(
        commandOf({
          name: "tag",
          summary: "tag archives of a store, for people and for `prune --keep-tag`",
          examples: [
            "ocbak tag /mnt/usb/backups monday.ocbak --add before-update",
            "ocbak tag nas 3f2a90 --remove before-update",
          ],
          statuses: noteStatuses,
        })
          .argument("<store>", "its name in the settings, or its folder")
          .argument("<archive...>", "file names, archive ids or what these begin with")
          .option("--add <tag>", "add this tag (repeatable)", collect)
          .option("--remove <tag>", "take this tag away (repeatable)", collect),
      ),
    ),
  act: tag,
};

function tag(call: Call): Promise<ExitStatus> {
  const { add, remove } = call.flags as TagFlags;
  return noteAndSay(call, { ...(add && { add }), ...(remove && { remove }) });
}
