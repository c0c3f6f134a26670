import type { Command } from "commander";
import { programFor } from "../../src/cli/program.ts";
import { testCli } from "./cli.ts";

/** Every command that does something, by its words behind `ocbak`: `create`, `schedule install`. */
export async function everyCommand(): Promise<readonly (readonly [words: string, command: Command])[]> {
  return leavesOf(await programFor(testCli({ home: "/" }).io, () => {}));
}

function leavesOf(group: Command, before = ""): (readonly [string, Command])[] {
  return group.commands.flatMap((command) => {
    const words = `${before}${command.name()}`;
    return command.commands.length === 0 ? [[words, command] as const] : leavesOf(command, `${words} `);
  });
}
