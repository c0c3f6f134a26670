import type { Argument, Command, Option } from "commander";
import { collect } from "../command.ts";

/** What may be typed in a place: names of files or folders, one of these words, or what no shell can know. */
export type Taken =
  | { readonly kind: "files" | "directories" | "anything" }
  | { readonly kind: "words"; readonly words: readonly string[] };

export interface DescribedFlag {
  /** `--output` */
  readonly long: string;
  /** `-o` */
  readonly short?: string;
  readonly description: string;
  /** Its value. Absent where it has none. */
  readonly takes?: Taken;
  readonly repeatable: boolean;
}

export interface DescribedArgument {
  readonly name: string;
  readonly takes: Taken;
  readonly variadic: boolean;
}

/** A command in the words of its definition, as far as completing it needs them. */
export interface DescribedCommand {
  /** From the program's own name on: `["ocbak", "schedule", "install"]`. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly flags: readonly DescribedFlag[];
  readonly args: readonly DescribedArgument[];
  readonly commands: readonly DescribedCommand[];
}

/** What `--help` shows of a command and all below it. */
export function describeCommand(command: Command, before: readonly string[] = []): DescribedCommand {
  const words = [...before, command.name()];
  const help = command.createHelp();
  const inner = help.visibleCommands(command);
  const named = inner.map((one) => one.name());
  return {
    words,
    summary: command.description(),
    flags: help.visibleOptions(command).map(describeFlag),
    args: command.registeredArguments.map(describeArgument),
    commands: inner.map((one) =>
      one.name() === "help" ? describeHelp(one, words, named) : describeCommand(one, words),
    ),
  };
}

/** commander's own `help COMMAND`. */
function describeHelp(
  command: Command,
  before: readonly string[],
  named: readonly string[],
): DescribedCommand {
  const words = named.filter((name) => name !== "help");
  return {
    ...describeCommand(command, before),
    args: [{ name: "command", takes: { kind: "words", words }, variadic: false }],
  };
}

/** Every command, the program itself first. */
export function allCommands(command: DescribedCommand): readonly DescribedCommand[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function describeFlag(option: Option): DescribedFlag {
  const { long, short, description } = option;
  const placeholder = /[<[](.+?)(?:\.\.\.)?[\]>]$/.exec(option.flags)?.[1];
  return {
    long: long!,
    ...(short !== undefined && { short }),
    description,
    ...(placeholder !== undefined && { takes: takenBy(placeholder, option.argChoices) }),
    repeatable: option.variadic || option.parseArg === collect,
  };
}

function describeArgument(argument: Argument): DescribedArgument {
  const { variadic, argChoices } = argument;
  return { name: argument.name(), takes: takenBy(argument.name(), argChoices), variadic };
}

const namesOfFiles: ReadonlySet<string> = new Set(["archive", "other", "file", "job"]);
const namesOfDirectories: ReadonlySet<string> = new Set(["dir", "[agent=]dir", "[host:]dir", "store"]);

/** By the word that stands for it in `--help`: `<file|dir|->` may be a file. */
function takenBy(placeholder: string, choices: readonly string[] | undefined): Taken {
  if (choices !== undefined) return { kind: "words", words: choices };
  const names = placeholder.split("|");
  if (names.some((name) => namesOfFiles.has(name))) return { kind: "files" };
  if (names.some((name) => namesOfDirectories.has(name))) return { kind: "directories" };
  return { kind: "anything" };
}
