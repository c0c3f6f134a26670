import { Command } from "commander";

import type { Call, CommandDefinition, CommandGroup } from "./command.ts";
import type { CliContext } from "./context.ts";
import type { ExitStatus } from "./exit-status.ts";

/**
 * By their names, in the order of `ocbak --help`: the order in which a person needs them. A module of these holds the
 * words of its command; what the command does it imports when it is called.
 */
const loaders: Readonly<Record<string, () => Promise<CommandDefinition | CommandGroup>>> = {
  keygen: async () => (await import("./commands/keygen.ts")).keygenCommand,
  show: async () => (await import("./commands/show.ts")).showCommand,
  create: async () => (await import("./commands/create.ts")).createCommand,
  verify: async () => (await import("./commands/verify.ts")).verifyCommand,
  restore: async () => (await import("./commands/restore.ts")).restoreCommand,
  run: async () => (await import("./commands/run.ts")).runCommand,
  drill: async () => (await import("./commands/drill.ts")).drillCommand,
  diff: async () => (await import("./commands/diff.ts")).diffCommand,
  inspect: async () => (await import("./commands/inspect.ts")).inspectCommand,
  ls: async () => (await import("./commands/ls.ts")).lsCommand,
  cat: async () => (await import("./commands/cat.ts")).catCommand,
  extract: async () => (await import("./commands/extract.ts")).extractCommand,
  salvage: async () => (await import("./commands/salvage.ts")).salvageCommand,
  init: async () => (await import("./commands/init.ts")).initCommand,
  archives: async () => (await import("./commands/archives.ts")).archivesCommand,
  tag: async () => (await import("./commands/tag.ts")).tagCommand,
  pin: async () => (await import("./commands/pin.ts")).pinCommand,
  unpin: async () => (await import("./commands/pin.ts")).unpinCommand,
  prune: async () => (await import("./commands/prune.ts")).pruneCommand,
  unlock: async () => (await import("./commands/unlock.ts")).unlockCommand,
  schedule: async () => (await import("./commands/schedule.ts")).scheduleCommand,
  status: async () => (await import("./commands/status.ts")).statusCommand,
  config: async () => (await import("./commands/config.ts")).configCommand,
  completion: async () => (await import("./commands/completion.ts")).completionCommand,
};

/** Told the exit status of the command that ran. */
export type Finished = (status: ExitStatus) => void;

/**
 * The whole command line. Nothing in it exits or prints by itself except to the context's streams. Given the first word
 * of a call it knows that command alone, if there is one: the others need not be loaded to be passed over.
 */
export async function programFor(io: CliContext, finished: Finished, word?: string): Promise<Command> {
  const program = new Command("ocbak")
    .description(
      "Back up and move an OpenClaw installation: one file, encrypted where it matters, every file proved.",
    )
    .version(io.toolVersion, "-V, --version", "print the version")
    .addHelpText("after", "\n`ocbak COMMAND --help` has an example of each. The whole contract: docs/cli.md");
  for (const definition of await definitionsFor(word)) program.addCommand(connect(definition, io, finished));
  quieten(program, io);
  return program;
}

function definitionsFor(word = ""): Promise<(CommandDefinition | CommandGroup)[]> {
  const all = Object.keys(loaders);
  const names = all.includes(word) ? [word] : all;
  return Promise.all(names.map((name) => loaders[name]!()));
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
