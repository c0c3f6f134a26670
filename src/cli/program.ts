import { Command } from "commander";

import type { Call, CommandDefinition, CommandGroup } from "./command.ts";
import { archivesCommand } from "./commands/archives.ts";
import { catCommand } from "./commands/cat.ts";
import { completionCommand } from "./commands/completion.ts";
import { configCommand } from "./commands/config.ts";
import { createCommand } from "./commands/create.ts";
import { diffCommand } from "./commands/diff.ts";
import { drillCommand } from "./commands/drill.ts";
import { extractCommand } from "./commands/extract.ts";
import { initCommand } from "./commands/init.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { keygenCommand } from "./commands/keygen.ts";
import { lsCommand } from "./commands/ls.ts";
import { pinCommand, unpinCommand } from "./commands/pin.ts";
import { pruneCommand } from "./commands/prune.ts";
import { restoreCommand } from "./commands/restore.ts";
import { runCommand } from "./commands/run.ts";
import { salvageCommand } from "./commands/salvage.ts";
import { scheduleCommand } from "./commands/schedule.ts";
import { showCommand } from "./commands/show.ts";
import { statusCommand } from "./commands/status.ts";
import { tagCommand } from "./commands/tag.ts";
import { unlockCommand } from "./commands/unlock.ts";
import { verifyCommand } from "./commands/verify.ts";
import type { CliContext } from "./context.ts";
import type { ExitStatus } from "./exit-status.ts";

/** In the order of `ocbak --help`: the order in which a person needs them. */
const definitions: readonly (CommandDefinition | CommandGroup)[] = [
  keygenCommand,
  showCommand,
  createCommand,
  verifyCommand,
  restoreCommand,
  runCommand,
  drillCommand,
  diffCommand,
  inspectCommand,
  lsCommand,
  catCommand,
  extractCommand,
  salvageCommand,
  initCommand,
  archivesCommand,
  tagCommand,
  pinCommand,
  unpinCommand,
  pruneCommand,
  unlockCommand,
  scheduleCommand,
  statusCommand,
  configCommand,
  completionCommand,
];

/** Told the exit status of the command that ran. */
export type Finished = (status: ExitStatus) => void;

/** The whole command line. Nothing in it exits or prints by itself except to the context's streams. */
export function programFor(io: CliContext, finished: Finished): Command {
  const program = new Command("ocbak")
    .description(
      "Back up and move an OpenClaw installation: one file, encrypted where it matters, every file proved.",
    )
    .version(io.toolVersion, "-V, --version", "print the version")
    .addHelpText("after", "\n`ocbak COMMAND --help` has an example of each. The whole contract: docs/cli.md");
  for (const definition of definitions) program.addCommand(connect(definition, io, finished));
  quieten(program, io);
  return program;
}

function connect(definition: CommandDefinition | CommandGroup, io: CliContext, finished: Finished): Command {
  const command = definition.define();
  if ("subcommands" in definition) {
    for (const inner of definition.subcommands) command.addCommand(connect(inner, io, finished));
    return command;
  }
  return command.action(async () => finished(await definition.act(callOf(command, io))));
}

function callOf(command: Command, io: CliContext): Call {
  const { json, quiet, progress, ...flags }: Readonly<Record<string, unknown>> = command.opts();
  const voice = { json: json === true, quiet: quiet === true };
  return {
    io,
    args: command.processedArgs,
    flags,
    voice,
    showProgress: progress !== false && !voice.json && !voice.quiet,
  };
}

/** Errors are thrown, not printed: `run` prints them in our own form. */
function quieten(command: Command, io: CliContext): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: (text) => void io.stderr.write(text),
    outputError: () => {},
    getOutHelpWidth: () => Math.min(io.stdout.columns ?? 100, 120),
    getErrHelpWidth: () => Math.min(io.stderr.columns ?? 100, 120),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const inner of command.commands) quieten(inner, io);
}
