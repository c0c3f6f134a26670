import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeCommand } from "../../src/cli/completion/described-command.ts";
import { completionScript } from "../../src/cli/completion/scripts.ts";
import { type Shell, shells } from "../../src/cli/completion/shells.ts";
import { programFor } from "../../src/cli/program.ts";
import { testCli } from "../support/cli.ts";
import { hasTools } from "../support/tools.ts";

const hasShells = hasTools(
  "completion in real shells",
  ["bash", "--version"],
  ["zsh", "--version"],
  ["fish", "--version"],
  ["script", "--version"],
);

const hostile = 'it\'s [a] $(touch pwned) `touch pwned` "$HOME" a\\b: c; %d *';

/** Where the shells run: a home with scripts, files and folders. */
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "ocbak-completion-"));
  for (const folder of ["sub", "elsewhere"]) mkdirSync(join(home, folder));
  for (const file of ["monday.ocbak", "with space.ocbak", "key.txt"]) writeFileSync(join(home, file), "");
  mkdirSync(join(home, ".functions"));
  const inner = new Command("inner").description(hostile).option("-f, --flag <file>", hostile);
  const programs = {
    ocbak: await programFor(testCli({ home }).io, () => {}),
    tool: new Command("tool").addCommand(inner).addCommand(new Command("other").description(hostile)),
  };
  for (const [name, program] of Object.entries(programs))
    for (const shell of shells) {
      const script = completionScript(shell, describeCommand(program));
      writeFileSync(join(home, `.${name}.${shell}`), script);
      if (shell === "zsh") writeFileSync(join(home, ".functions", `_${name}`), script);
    }
});

afterAll(() => rmSync(home, { recursive: true }));

const environment = () => ({ PATH: process.env["PATH"]!, HOME: home, TERM: "dumb", LC_ALL: "C.UTF-8" });

const interactive = {
  bash: ["bash --norc --noprofile -i", "source ~/.ocbak.bash", "source ~/.tool.bash"],
  zsh: ["zsh -f -i", "autoload -Uz compinit; compinit -D -u", "source ~/.ocbak.zsh; source ~/.tool.zsh"],
  "zsh with $fpath": ["zsh -f -i", "fpath=(~/.functions $fpath); autoload -Uz compinit; compinit -D -u"],
} as const;

const printArguments = String.raw`() { printf '\nGOT'; printf '<%s>' "$@"; echo; }`;

/** Types lines on a terminal, and gives the words each command is called with. */
function typed(shell: keyof typeof interactive, lines: readonly string[]): string[] {
  const [command, ...setUp] = interactive[shell];
  const all = [...setUp, `ocbak${printArguments}`, `tool${printArguments}`, ...lines, "exit", ""];
  const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"], {
    cwd: home,
    env: environment(),
    input: all.join("\n"),
    encoding: "utf8",
    timeout: 60_000,
  });
  return stdout.split(/\r?\n/).flatMap((line) => (line.startsWith("GOT") ? [line.slice(3)] : []));
}

/** What is typed, with the keys TAB and Enter, and what comes of it. zsh writes values behind `=`, and folders without a slash. */
const lines: readonly (readonly [line: string, bash: string, zsh?: string])[] = [
  ["ocbak ver\t", "<verify>"],
  ["ocbak verify --lev\tin\t", "<verify><--level><intact>", "<verify><--level=intact>"],
  ["ocbak verify --level in\t", "<verify><--level><intact>"],
  ["ocbak verify --level=in\t", "<verify><--level=intact>"],
  ["ocbak verify --json mon\t", "<verify><--json><monday.ocbak>"],
  ["ocbak verify wit\t", "<verify><with space.ocbak>"],
  ['ocbak verify "wit\t', "<verify><with space.ocbak>"],
  ["ocbak verify --identity=wit\t", "<verify><--identity=with space.ocbak>"],
  ["ocbak verify -- mon\t", "<verify><--><monday.ocbak>"],
  ["ocbak verify -- --lev\t", "<verify><--><--lev>"],
  ["ocbak diff --home su\t", "<diff><--home><sub/>", "<diff><--home><sub>"],
  ["ocbak diff --home=su\t", "<diff><--home=sub/>", "<diff><--home=sub>"],
  ["ocbak diff --home mon\t", "<diff><--home><mon>"],
  ["ocbak diff --workspace main=su\t", "<diff><--workspace><main=sub/>", "<diff><--workspace><main=sub>"],
  ["ocbak status --forget other:su\t", "<status><--forget><other:sub/>", "<status><--forget><other:sub>"],
  ["ocbak cat monday.ocbak mon\t", "<cat><monday.ocbak><mon>"],
  ["ocbak create --profile su\t", "<create><--profile><su>"],
  ["ocbak keygen -o key.txt --out\t", "<keygen><-o><key.txt><--out>"],
  ["ocbak verify -i key.txt --ident\t", "<verify><-i><key.txt><--identity>"],
  ["ocbak sched\tinst\t--backend sys\t", "<schedule><install><--backend><systemd>"],
  ["ocbak completion fi\t", "<completion><fish>"],
  ["tool in\t--fl\tmon\t", "<inner><--flag><monday.ocbak>", "<inner><--flag=monday.ocbak>"],
];

describe.runIf(hasShells)("completion in a real shell", () => {
  it.each(shells)("is without errors of syntax for %s", (shell: Shell) => {
    const scripts = ["ocbak", "tool"].map((program) => join(home, `.${program}.${shell}`));
    const said = scripts.map((script) => spawnSync(shell, ["-n", script], { encoding: "utf8" }));
    expect(said).toMatchObject(scripts.map(() => ({ status: 0, stderr: "" })));
  });

  it.each(["bash", "zsh", "zsh with $fpath"] as const)("on a terminal: %s", (shell) => {
    const expected = lines.map(([, bash, zsh = bash]) => (shell === "bash" ? bash : zsh));
    expect(
      typed(
        shell,
        lines.map(([line]) => line),
      ),
    ).toEqual(expected);
  });

  it("runs nothing of a description, in zsh's lists neither", () => {
    typed("zsh", ["tool \t\t", "tool inner -\t\t"]);
    typed("bash", ["tool \t\t", "tool inner -\t\t"]);
    expect(readdirSync(home)).not.toContain("pwned");
  });
});

/** What fish offers for each line, words with their descriptions. */
function offeredByFish(program: string, asked: readonly string[]): string[][] {
  const script = `source ~/.${program}.fish
    while read -l line
      complete -C "$line"
      echo ---
    end`;
  const out = execFileSync("fish", ["--no-config", "-c", script], {
    cwd: home,
    env: environment(),
    input: asked.map((line) => `${line}\n`).join(""),
    encoding: "utf8",
  });
  return out
    .split("---\n")
    .slice(0, -1)
    .map((offers) => offers.split("\n").slice(0, -1));
}

const files = ["elsewhere/", "key.txt", "monday.ocbak", "sub/", "with space.ocbak"];
const levels = ["full", "intact", "quick"];

const fishCases: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["ocbak ver", ["verify"]],
  ["ocbak verify --le", ["--level"]],
  ["ocbak verify --level ", levels],
  ["ocbak verify --level=", levels.map((level) => `--level=${level}`)],
  ["ocbak verify --level=quick --le", []],
  ["ocbak verify --level quick --le", []],
  ["ocbak verify --level quick ", files],
  ["ocbak verify ", files],
  ["ocbak verify monday.ocbak ", []],
  ["ocbak verify -- --le", []],
  ["ocbak verify -- mon", ["monday.ocbak"]],
  ["ocbak verify -i ", files],
  ["ocbak verify -i key.txt --ident", ["--identity"]],
  ["ocbak verify --identity=k", ["--identity=key.txt"]],
  ["ocbak keygen -o key.txt --out", []],
  ["ocbak keygen --output=key.txt --out", []],
  ["ocbak verify --json --js", []],
  ["ocbak diff --home ", ["elsewhere/", "sub/"]],
  ["ocbak diff --home=s", ["--home=sub/"]],
  ["ocbak diff --workspace main=s", ["main=sub/"]],
  ["ocbak diff monday.ocbak mon", ["monday.ocbak"]],
  ["ocbak cat monday.ocbak ", []],
  ["ocbak extract monday.ocbak some/path ", []],
  ["ocbak create --profile ", []],
  ["ocbak schedule in", ["install"]],
  ["ocbak schedule install --backend ", ["cron", "launchd", "systemd"]],
  ["ocbak schedule remove --pro", ["--profile"]],
  ["ocbak help ver", ["verify"]],
  ["ocbak completion ", ["bash", "fish", "zsh"]],
];

describe.runIf(hasShells)("fish", () => {
  it("offers what fits", () => {
    const offered = offeredByFish(
      "ocbak",
      fishCases.map(([line]) => line),
    );
    const words = offered.map((offers) => offers.map((offer) => offer.split("\t")[0]!));
    expect(Object.fromEntries(fishCases.map(([line], index) => [line, words[index]]))).toEqual(
      Object.fromEntries(fishCases),
    );
  });

  it("shows descriptions as they are, and runs nothing of them", () => {
    expect(offeredByFish("tool", ["tool in", "tool inner --fl"])).toEqual([
      [`inner\t${hostile}`],
      [`--flag\t${hostile}`],
    ]);
    expect(readdirSync(home)).not.toContain("pwned");
  });
});
