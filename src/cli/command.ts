import { Command, InvalidArgumentError } from "commander";

import type { CliContext } from "./context.ts";
import { exitMeanings, type ExitStatus } from "./exit-status.ts";

/** A command's words; what it does is imported when it is called. */
export interface CommandDefinition {
  readonly define: () => Command;
  readonly act: (call: Call) => Promise<ExitStatus>;
}

/** A word that stands before several commands: `ocbak schedule …`. */
export interface CommandGroup {
  readonly define: () => Command;
  readonly subcommands: readonly CommandDefinition[];
}

/** One call of a command: its arguments in order (a variadic one is a list), and its own flags as commander names them. */
export interface Call {
  readonly io: CliContext;
  readonly args: readonly unknown[];
  readonly flags: Readonly<Record<string, unknown>>;
  readonly voice: { readonly json: boolean; readonly quiet: boolean };
  readonly showProgress: boolean;
}

export interface Words {
  readonly name: string;
  /** What it is for, in one line. */
  readonly summary: string;
  readonly examples: readonly string[];
  /** Statuses beside 0, 1, 2 and the interruptions, which every command can give. */
  readonly statuses: readonly ExitStatus[];
}

/** A command with its help and the flags that all have. */
export function commandOf(words: Words): Command {
  const command = new Command(words.name).description(words.summary);
  command.addHelpText("after", () => `\n${helpTail(words)}`);
  return command;
}

/** Comes last, so that a command's own flags stand first in its help. */
export function withCommonFlags(command: Command): Command {
  return command
    .option("--json", "print one JSON document instead of text")
    .option("-q, --quiet", "print nothing when all is well")
    .option("--no-progress", "draw no progress bar");
}

function helpTail({ examples, statuses }: Words): string {
  const all: ExitStatus[] = [0, 1, 2, ...statuses, 130, 143];
  return [
    examples.length === 1 ? "Example:" : "Examples:",
    ...examples.map((example) => `  ${example}`),
    "",
    "Exit status:",
    ...all.map((status) => `  ${String(status).padEnd(4)} ${exitMeanings[status]}`),
  ].join("\n");
}

/** A flag that may be given several times. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** A whole number between two bounds. */
export function integerBetween(low: number, high: number): (value: string) => number {
  return (value) => {
    const parsed = Number(value);
    if (/^[0-9]+$/.test(value) && parsed >= low && parsed <= high) return parsed;
    throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
  };
}

/** The flags of every command that opens an archive. */
export function withReadFlags(command: Command): Command {
  return command
    .option("-i, --identity <file>", "age identity file to open the archive with (repeatable)", collect)
    .option("--passphrase", "the archive is sealed with a passphrase: ask for it")
    .option(
      "--trusted-signer <key|file>",
      "SSH public key whose signature makes an archive authentic (repeatable)",
      collect,
    )
    .option("--require-signature", "refuse an archive without the signature of a trusted signer");
}
