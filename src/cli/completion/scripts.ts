import { bashScript } from "./bash.ts";
import type { DescribedCommand } from "./described-command.ts";
import { fishScript } from "./fish.ts";
import type { Shell } from "./shells.ts";
import { zshScript } from "./zsh.ts";

const scriptOf = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<
  Shell,
  (program: DescribedCommand) => string
>;

/** A script that completes the program's command lines in a shell: it starts no program, and evaluates nothing that was typed. */
export function completionScript(shell: Shell, program: DescribedCommand): string {
  return scriptOf[shell](program);
}
