import { Argument } from "commander";
import { type Call, type CommandDefinition, commandOf, withCommonFlags } from "../command.ts";
import { type Shell, shells } from "../completion/shells.ts";
import type { ExitStatus } from "../exit-status.ts";
import { write } from "../output.ts";

export const completionCommand: CommandDefinition = {
  define: () =>
    withCommonFlags(
      commandOf({
        name: "completion",
        summary: "print a script that lets the shell complete commands, flags and files",
        examples: [
          "ocbak completion bash > ~/.local/share/bash-completion/completions/ocbak",
          "ocbak completion zsh > ~/.zfunc/_ocbak",
          "ocbak completion fish > ~/.config/fish/completions/ocbak.fish",
        ],
        statuses: [],
      }).addArgument(new Argument("<shell>", "which shell").choices(shells)),
    ),
  act: completion,
};

async function completion({ args, io, voice }: Call): Promise<ExitStatus> {
  const shell = args[0] as Shell;
  const { programFor } = await import("../program.ts");
  const { describeCommand } = await import("../completion/described-command.ts");
  const { completionScript } = await import("../completion/scripts.ts");
  const script = completionScript(shell, describeCommand(await programFor(io, () => {})));
  await write(io.stdout, voice.json ? `${JSON.stringify({ shell, script })}\n` : script);
  return 0;
}
