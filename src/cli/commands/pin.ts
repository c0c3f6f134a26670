import { type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import { noteAndSay, noteStatuses } from "../note-archives.ts";
import { withConfigFlags } from "../settings.ts";

export const pinCommand = pinning({
  name: "pin",
  summary: "keep archives of a store from ever being pruned",
  pinned: true,
});

export const unpinCommand = pinning({
  name: "unpin",
  summary: "let archives of a store be pruned again",
  pinned: false,
});

function pinning({
  name,
  summary,
  pinned,
}: Record<"name" | "summary", string> & { readonly pinned: boolean }): CommandDefinition {
  return {
    define: () =>
      withCommonFlags(
        withConfigFlags(
          commandOf({
            name,
            summary,
            examples: [`ocbak ${name} /mnt/usb/backups monday.ocbak`],
            statuses: noteStatuses,
          })
            .argument("<store>", "its name in the settings, or its folder")
            .argument("<archive...>", "file names, archive ids or what these begin with"),
        ),
      ),
    act: (call) => noteAndSay(call, { pinned }),
  };
}
