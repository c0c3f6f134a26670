import {
  allCommands,
  type DescribedArgument,
  type DescribedCommand,
  type DescribedFlag,
  type Taken,
} from "./described-command.ts";
import { oneLine, quotedForFish as quoted } from "./quoted.ts";

/** For fish 3.4 and later: `complete` with several conditions, each asked once a TAB. */
export function fishScript(program: DescribedCommand): string {
  const [name] = program.words;
  const commands = allCommands(program);
  return `# fish completion for ${name}, made by \`${name} completion fish\`.

function __${name}_is_command
    contains -- "$argv" ${commands.map((command) => quoted(command.words.join(" "))).join(" ")}
end

# Whether the value of a flag is the next word.
function __${name}_takes_value
    switch "$argv[1]"
${commands.flatMap(valueFlagsCase).join("\n")}
    end
    return 1
end
${engine.replaceAll("PROGRAM", name!)}
complete -c ${name} -f
${commands.map((command) => linesOf(command, name!)).join("\n")}`;
}

function valueFlagsCase({ words, flags }: DescribedCommand): string[] {
  const names = flags.flatMap(({ takes, short, long }) =>
    takes === undefined ? [] : [...(short === undefined ? [] : [short]), long],
  );
  if (names.length === 0) return [];
  return [
    `        case ${quoted(words.join(" "))}`,
    `            contains -- $argv[2] ${names.join(" ")}`,
    "            return",
  ];
}

function linesOf(command: DescribedCommand, name: string): string {
  const at = `complete -c ${name} -n ${quoted(`__${name}_at ${quoted(command.words.join(" "))}`)}`;
  const inner = command.commands.map(
    (one) => `-n '__${name}_argument 1' -a ${quoted(one.words.at(-1)!)} -d ${text(one.summary)}`,
  );
  const lines = [
    ...inner,
    ...command.args.flatMap((argument, index) => argumentLine(argument, index + 1, name)),
    ...command.flags.map((flag) => flagLine(flag, name)),
  ];
  return `\n# ${command.words.join(" ")}\n${lines.map((line) => `${at} ${line}\n`).join("")}`;
}

function argumentLine({ takes, variadic }: DescribedArgument, position: number, name: string): string[] {
  if (takes.kind === "anything") return [];
  const condition = `__${name}_argument ${position}${variadic ? " and-more" : ""}`;
  return [`-n ${quoted(condition)} ${offered(takes, name)}`];
}

function flagLine({ long, short, description, takes, repeatable }: DescribedFlag, name: string): string {
  const names = [long, ...(short === undefined ? [] : [short])];
  const lacks = `__${name}_lacks ${takes === undefined ? "flag" : "value"} ${names.join(" ")}`;
  return [
    ...(repeatable ? [] : [`-n ${quoted(lacks)}`]),
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    `-l ${long.slice(2)}`,
    ...(takes === undefined ? [] : ["-r", offered(takes, name)]),
    `-d ${text(description)}`,
  ].join(" ");
}

function offered(takes: Taken, name: string): string {
  switch (takes.kind) {
    case "files":
      return "-F";
    case "directories":
      return `-f -a '(__${name}_directories)'`;
    case "words":
      return `-f -a ${quoted(takes.words.map(quoted).join(" "))}`;
    case "anything":
      return "-f";
  }
}

function text(description: string): string {
  return quoted(oneLine(description));
}

const engine = `
# Prints the command that was typed, then its arguments so far, one a line.
function __PROGRAM_typed
    set -l tokens (commandline -opc)
    set -e tokens[1]
    set -l typed PROGRAM
    set -l is_value no
    set -l literal no
    for token in $tokens
        if test $is_value = yes
            set is_value no
        else if test $literal = yes; or not string match -qr '^-.' -- $token
            if test (count $typed) -eq 1; and __PROGRAM_is_command $typed $token
                set typed "$typed $token"
            else
                set -a typed $token
            end
        else if test "$token" = --
            set literal yes
        else if __PROGRAM_takes_value $typed[1] $token
            set is_value yes
        end
    end
    printf '%s\\n' $typed
end

function __PROGRAM_at
    set -l typed (__PROGRAM_typed)
    test "$typed[1]" = "$argv[1]"
end

# Whether the next argument is this one, or one behind it.
function __PROGRAM_argument
    set -l typed (__PROGRAM_typed)
    test (count $typed) -eq $argv[1]; and return
    test "$argv[2]" = and-more; and test (count $typed) -ge $argv[1]
end

# Whether a flag was not given yet. One whose value is being typed just now is still needed, for what it takes.
function __PROGRAM_lacks
    set -l tokens (commandline -opc)
    test $argv[1] = value; and contains -- $tokens[-1] $argv[2..-1]; and set -e tokens[-1]
    for name in $argv[2..-1]
        contains -- $name $tokens; and return 1
        string match -q -- "$name=*" $tokens; and return 1
    end
    return 0
end

function __PROGRAM_directories
    __fish_complete_directories (string replace -r '^--[^=]*=' '' -- (commandline -ct)) ''
end
`;
