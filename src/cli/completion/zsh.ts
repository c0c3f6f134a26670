import {
  allCommands,
  type DescribedArgument,
  type DescribedCommand,
  type DescribedFlag,
  type Taken,
} from "./described-command.ts";
import { oneLine, quoted } from "./quoted.ts";

/** For a folder of `$fpath` as well as to be sourced after `compinit`. Completes with zsh's own `_arguments`. */
export function zshScript(program: DescribedCommand): string {
  const [name] = program.words;
  const own = functionOf(program);
  return `#compdef ${name}
# zsh completion for ${name}, made by \`${name} completion zsh\`.

# Folders, also behind the = of AGENT=DIR and the : of HOST:DIR.
${own}__directories() {
  [[ $PREFIX == [^/]##[=:]* ]] && compset -P '[^/]##[=:]'
  _path_files -/ "$@"
}

${allCommands(program)
  .map((command) => (command.commands.length === 0 ? leaf(command, own) : group(command, own)))
  .join("\n")}
if [[ $funcstack[1] == ${own} ]]; then
  ${own} "$@"
else
  compdef ${own} ${name}
fi
`;
}

function functionOf({ words }: DescribedCommand): string {
  return `_${words.join("_").replaceAll("-", "_")}`;
}

function leaf(command: DescribedCommand, own: string): string {
  const specs = [
    ...command.flags.flatMap((flag) => flagSpecs(flag, own)),
    ...command.args.map((argument, index) => argumentSpec(argument, index + 1, own)),
  ];
  return `${functionOf(command)}() {
  _arguments -s -S ${specs.map(onItsLine).join("")}
}
`;
}

function group(command: DescribedCommand, own: string): string {
  const specs = [
    ...command.flags.flatMap((flag) => flagSpecs(flag, own)),
    "1:command:->command",
    "*::argument:->argument",
  ];
  const rows = command.commands.map((one) => quoted(`${one.words.at(-1)!}:${oneLine(one.summary)}`));
  const calls = command.commands.map((one) => `        (${one.words.at(-1)!}) ${functionOf(one)} ;;`);
  return `${functionOf(command)}() {
  local curcontext=$curcontext context state state_descr line
  local -A opt_args
  _arguments -s -S -C ${specs.map(onItsLine).join("")} && return
  case $state in
    (command)
      local -a commands=(${rows.map((row) => `\n        ${row}`).join("")}
      )
      _describe -t commands ${quoted(`${command.words.join(" ")} command`)} commands
      ;;
    (argument)
      case $line[1] in
${calls.join("\n")}
      esac
      ;;
  esac
}
`;
}

function onItsLine(spec: string): string {
  return `\\\n    ${quoted(spec)} `;
}

/** One each of the short and the long form; given one of them, the other is not offered any more. */
function flagSpecs({ long, short, description, takes, repeatable }: DescribedFlag, own: string): string[] {
  const before = repeatable ? "*" : short === undefined ? "" : `(${short} ${long})`;
  const text = `[${oneLine(description).replaceAll(/[\\[\]]/g, String.raw`\$&`)}]`;
  const value = takes === undefined ? "" : `:${escaped(long.slice(2))}:${action(takes, own)}`;
  const names = takes === undefined ? [short, long] : [short && `${short}+`, `${long}=`];
  return names.flatMap((name) => (name === undefined ? [] : [`${before}${name}${text}${value}`]));
}

function argumentSpec({ name, takes, variadic }: DescribedArgument, position: number, own: string): string {
  return `${variadic ? "*" : position}:${escaped(name)}:${action(takes, own)}`;
}

function action(takes: Taken, own: string): string {
  switch (takes.kind) {
    case "files":
      return "_files";
    case "directories":
      return `${own}__directories`;
    case "words":
      return `(${takes.words.map(escaped).join(" ")})`;
    case "anything":
      return " ";
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\:() ]/g, String.raw`\$&`);
}
