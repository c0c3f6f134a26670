import { type Call, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printReport } from "../output.ts";
import { settingsOf, withConfigFlags } from "../settings.ts";
import { oneStore } from "../store-choice.ts";
import { withContext } from "../use-context.ts";

export const initCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      withConfigFlags(
        commandOf({
          name: "init",
          summary: "make a folder a store, a place that keeps archives; what lies in it stays",
          examples: ["ocbak init /mnt/usb/backups"],
          statuses: [10, 20, 24, 26],
        }).argument("<store>", "the folder, or its name in the settings; made where only itself is missing"),
      ),
    ),
  act: init,
};

async function init(call: Call): Promise<ExitStatus> {
  const { io, voice } = call;
  const { path } = oneStore(call.args[0], await settingsOf(call.flags, io), io);

  const { initStore } = await import("../../backup/store/init.ts");
  const { initText } = await import("../render/init-text.ts");
  const report = await withContext(call, (context) => initStore(path, context));
  await printReport(io.stdout, voice, {
    json: report,
    text: () => initText(report),
    problems: report.warnings.length > 0,
  });
  return 0;
}
