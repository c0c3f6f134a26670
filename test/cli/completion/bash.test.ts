import { execFileSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { run } from "../../../src/cli/run.ts";
import { testCli } from "../../support/cli.ts";
import { everyCommand } from "../../support/commands.ts";

/** As readline breaks it: at blanks, and at `=` and `:`, which are words, too. */
function wordsOf(line: string): string[] {
  return line.split(/ +/).flatMap((word) => word.match(/[=:]+|[^=:]+/g) ?? [""]);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Prints a line a case: what bash would offer, or `<default>` for names of files, `<dirnames>` for folders. */
function callOf(line: string, words: readonly string[]): string {
  return `
    COMP_LINE=${quoted(line)} COMP_POINT=\${#COMP_LINE} COMP_WORDS=(${words.map(quoted).join(" ")})
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)) asked=
    _ocbak
    echo "\${COMPREPLY[*]}$asked"`;
}

/** The builtin may only be called while readline waits for candidates. */
const noteWhatIsAsked = `compopt() { asked="<$2>"; }`;

const cases: readonly (readonly [line: string, offered: string, words?: readonly string[]])[] = [
  ["ocbak ver", "verify"],
  ["ocbak verify --le", "--level"],
  ["ocbak verify --level ", "quick intact full"],
  ["ocbak verify --level i", "intact"],
  ["ocbak verify --level=", "quick intact full"],
  ["ocbak verify --level=i", "intact"],
  // Where COMP_WORDBREAKS has no `=`, the whole word is replaced.
  ["ocbak verify --level=i", "--level=intact", ["ocbak", "verify", "--level=i"]],
  ["ocbak verify --level=", "--level=quick --level=intact --level=full", ["ocbak", "verify", "--level="]],
  ["ocbak verify --nonsense=", ""],
  ["ocbak verify --passphrase=", ""],
  ["ocbak verify ", "<default>"],
  ["ocbak verify monday.ocbak ", ""],
  ["ocbak verify a:b=c ", ""],
  ["ocbak verify --level quick ", "<default>"],
  ["ocbak verify --level=quick ", "<default>"],
  ["ocbak verify --level quick --le", ""],
  ["ocbak verify --level=quick --le", ""],
  ["ocbak verify -i key.txt --ident", "--identity"],
  ["ocbak verify -i ", "<default>"],
  ["ocbak verify -i key.txt ", "<default>"],
  ["ocbak verify -ikey.txt ", "<default>"],
  ["ocbak verify --identity=k", "<default>"],
  ["ocbak keygen -o key.txt --out", ""],
  ["ocbak keygen -okey.txt --out", ""],
  ["ocbak verify -- --le", "<default>"],
  ["ocbak verify -- -x ", ""],
  ["ocbak diff ", "<default>"],
  ["ocbak diff monday.ocbak ", "<default>"],
  ["ocbak diff monday.ocbak tuesday.ocbak ", ""],
  ["ocbak diff --home ", "<dirnames>"],
  ["ocbak diff --workspace main=/s", "<dirnames>"],
  ["ocbak cat monday.ocbak ", ""],
  ["ocbak create --profile ", ""],
  ["ocbak create ", ""],
  ["ocbak show verify --st", "--state-dir --state-only"],
  ["ocbak schedule in", "install"],
  ["ocbak schedule install --backend ", "systemd launchd cron"],
  ["ocbak schedule remove --pro", "--profile"],
  ["ocbak schedule --he", "--help"],
  ["ocbak nonsense ", ""],
  ["ocbak --ver", "--version"],
  ["ocbak --version ver", "verify"],
  ["ocbak help ver", "verify"],
  ["ocbak help schedule ", ""],
  ["ocbak completion ", "bash zsh fish"],
  // Nothing that is typed is evaluated or matched as a pattern.
  ["ocbak verify --level $(touch", ""],
  ["ocbak *", ""],
  ["ocbak verify --l*", ""],
  ["ocbak '", ""],
];

/** Every command with its own flags, all of which a single `-` asks for. */
const ofCommands = (await everyCommand()).map(
  ([words, command]) =>
    [`ocbak ${words} -`, [...command.options.map(({ long }) => long), "--help"].join(" ")] as const,
);
const all = [...cases, ...ofCommands];

let script: string;
let offered: string[];

beforeAll(async () => {
  const { io, out } = testCli({ home: "/" });
  await run(["completion", "bash"], io);
  script = out();
  const calls = all.map(([line, , words = wordsOf(line)]) => callOf(line, words));
  const program = [script, noteWhatIsAsked, ...calls].join("\n");
  offered = execFileSync("bash", ["--norc", "-c", program], { encoding: "utf8" }).split("\n");
});

describe("completion in bash", () => {
  it.each(all.map(([line, , words], index) => ({ line, words: words?.join(" | ") ?? "", index })))(
    "of `$line` $words",
    ({ index }) => {
      expect(offered[index]).toBe(all[index]![1]);
    },
  );

  it("ends at the cursor", () => {
    const call = `COMP_LINE='ocbak verify --level intact monday.ocbak' COMP_POINT=13
      COMP_WORDS=(ocbak verify --level intact monday.ocbak) COMP_CWORD=2; _ocbak; echo "\${COMPREPLY[0]}"
      COMP_POINT=10 COMP_CWORD=1; _ocbak; echo "\${COMPREPLY[*]}"`;
    const out = execFileSync("bash", ["--norc", "-c", `${script}${call}`], { encoding: "utf8" });
    expect(out).toBe("\nverify\n");
  });

  it("keeps to itself: no option of the shell and no variable is changed", () => {
    const look = "{ set; shopt; } | grep -v '^\\(_\\|BASH_[A-Z]*\\|PIPESTATUS\\|COMP_[A-Z]*\\|LINENO\\)='";
    const program = `${script}\nCOMPREPLY=(); before=$(${look}); ${callOf("ocbak ver", ["ocbak", "ver"])} >/dev/null
      COMPREPLY=(); diff <(echo "$before") <(${look} | grep -v '^\\(before\\|asked\\)=')`;
    expect(execFileSync("bash", ["--norc", "-c", program], { encoding: "utf8" })).toBe("");
  });
});
