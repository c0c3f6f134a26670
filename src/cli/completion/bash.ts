import { allCommands, type DescribedCommand, type DescribedFlag, type Taken } from "./described-command.ts";
import { quoted } from "./quoted.ts";

/** For bash 4 and later; the bash 3.2 of macOS offers files wherever nothing else fits. Shows no descriptions: bash has no place for them. */
export function bashScript(program: DescribedCommand): string {
  const [name] = program.words;
  return `# bash completion for ${name}, made by \`${name} completion bash\`.

# What a command takes. A flag: its name, its short name, how often, what its value is.
_${name}_describe() {
  commands=() flags=() args=()
  case $1 in
${allCommands(program).map(described).join("\n")}
  esac
}
${engine.replaceAll("PROGRAM", name!)}`;
}

function described({ words, commands, flags, args }: DescribedCommand): string {
  const rows = {
    commands: commands.map((command) => command.words.at(-1)!),
    flags: flags.map(flagRow),
    args: args.map(({ takes, variadic }) => `${times(variadic)} ${takenRow(takes)}`),
  };
  const lines = Object.entries(rows)
    .filter(([, row]) => row.length > 0)
    .map(([variable, row]) => `      ${variable}=(${row.map(quoted).join(" ")})`);
  return [`    ${quoted(words.join(" "))})`, ...lines, "      ;;"].join("\n");
}

function flagRow({ long, short = "-", takes, repeatable }: DescribedFlag): string {
  return [long, short, times(repeatable), ...(takes === undefined ? [] : [takenRow(takes)])].join(" ");
}

function takenRow(takes: Taken): string {
  return takes.kind === "words" ? ["words", ...takes.words].join(" ") : takes.kind;
}

function times(many: boolean): string {
  return many ? "again" : "once";
}

const engine = `
# The words of the line up to the cursor as they were typed: readline breaks them at = and :, too, and replaces
# only what stands behind the last of these. kept is what it does not replace of the last word.
_PROGRAM_words() {
  local rest=\${COMP_LINE:0:COMP_POINT} piece i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=\${COMP_WORDS[i]}
    if [[ $i -eq 0 || -z $rest || $rest == [[:blank:]]* ]]; then
      rest=\${rest#"\${rest%%[![:blank:]]*}"}
      words+=('')
    fi
    [[ $i -lt $COMP_CWORD ]] || piece=$rest
    kept=\${words[\${#words[@]} - 1]}
    words[\${#words[@]} - 1]=$kept$piece
    rest=\${rest#"$piece"}
  done
  [[ $piece == *[!=:]* ]] || kept=\${words[\${#words[@]} - 1]}
}

# Looks a flag up: notes that it was given, and in takes what its value is, if that is not in the same word.
_PROGRAM_flag() {
  local row long short times what
  for row in "\${flags[@]}"; do
    read -r long short times what <<<"$row"
    [[ \${1%%=*} == "$long" || ($1 != --* && \${1:0:2} == "$short") ]] || continue
    value=$what
    [[ $times == again ]] || given+="$long "
    [[ $1 == *=* || ($1 != --* && \${#1} -gt 2) ]] || takes=$what
    return
  done
}

# Offers the words behind the first one which begin with what was typed, each behind the first one's text.
_PROGRAM_offer() {
  local before=$1 word
  shift
  for word in "$@"; do
    word=$before$word
    [[ $word != "$current"* ]] || COMPREPLY+=("\${word:\${#kept}}")
  done
}

_PROGRAM_value() {
  local -a offered
  case $2 in
    files) compopt -o default 2>/dev/null ;;
    directories) compopt -o dirnames 2>/dev/null ;;
    words*)
      read -ra offered <<<"\${2#words }"
      _PROGRAM_offer "$1" "\${offered[@]}"
      ;;
  esac
}

_PROGRAM_flags() {
  local row long short times what
  for row in "\${flags[@]}"; do
    read -r long short times what <<<"$row"
    [[ $given == *" $long "* ]] || _PROGRAM_offer '' "$long"
  done
}

_PROGRAM_argument() {
  local last=$((\${#args[@]} - 1))
  [[ $last -ge 0 ]] || return
  if [[ $count -le $last ]]; then
    _PROGRAM_value '' "\${args[count]#* }"
  elif [[ \${args[last]} == again* ]]; then
    _PROGRAM_value '' "\${args[last]#* }"
  fi
}

_PROGRAM() {
  local -a words=() commands=() flags=() args=()
  local kept='' command=PROGRAM takes='' value='' given=' ' literal='' count=0 word i IFS=$' \\t\\n'
  COMPREPLY=()
  _PROGRAM_words
  _PROGRAM_describe "$command"
  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    word=\${words[i]}
    if [[ $takes ]]; then
      takes=''
    elif [[ $literal || $word != -?* ]]; then
      if [[ \${#commands[@]} -gt 0 && $count -eq 0 && " \${commands[*]} " == *" $word "* ]]; then
        command+=" $word"
        _PROGRAM_describe "$command"
      else
        count=$((count + 1))
      fi
    elif [[ $word == -- ]]; then
      literal=yes
    else
      _PROGRAM_flag "$word"
    fi
  done

  local current=\${words[i]}
  if [[ $takes ]]; then
    _PROGRAM_value '' "$takes"
  elif [[ $literal || $current != -* ]]; then
    if [[ \${#commands[@]} -gt 0 && $count -eq 0 ]]; then
      _PROGRAM_offer '' "\${commands[@]}"
    else
      _PROGRAM_argument
    fi
  elif [[ $current == --*=* ]]; then
    _PROGRAM_flag "$current"
    _PROGRAM_value "\${current%%=*}=" "$value"
  else
    _PROGRAM_flags
  fi
}

if type compopt >/dev/null 2>&1; then
  complete -F _PROGRAM PROGRAM
else
  complete -o default -F _PROGRAM PROGRAM
fi
`;
