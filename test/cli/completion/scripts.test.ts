import { Argument, Command, Option } from "commander";
import { describe, expect, it } from "vitest";
import { collect } from "../../../src/cli/command.ts";
import { allCommands, describeCommand } from "../../../src/cli/completion/described-command.ts";
import { completionScript } from "../../../src/cli/completion/scripts.ts";
import { shells } from "../../../src/cli/completion/shells.ts";
import { run } from "../../../src/cli/run.ts";
import { testCli } from "../../support/cli.ts";
import { everyCommand } from "../../support/commands.ts";

async function scriptOf(...argv: readonly string[]): Promise<string> {
  const { io, out } = testCli({ home: "/" });
  expect(await run(["completion", ...argv], io)).toBe(0);
  return out();
}

/** A program whose only command has this flag and this description. */
function programWith(description: string): Command {
  const inner = new Command("inner").description(description).option("-f, --flag <file>", description);
  return new Command("tool").addCommand(inner);
}

describe.each(shells)("the script for %s", (shell) => {
  it("has every command and every flag of the program", async () => {
    const script = await scriptOf(shell);
    for (const [words, command] of await everyCommand()) {
      for (const word of words.split(" ")) expect(script).toMatch(new RegExp(`\\b${word}\\b`));
      for (const { long } of command.options) {
        const name = shell === "fish" ? `-l ${long!.slice(2)} ` : long!;
        expect(script).toContain(name);
      }
    }
  });

  it("is the same in JSON, and printed with --quiet, too", async () => {
    const script = await scriptOf(shell);
    expect(JSON.parse(await scriptOf(shell, "--json"))).toEqual({ shell, script });
    expect(await scriptOf(shell, "--quiet")).toBe(script);
  });

  it("leaves out what --help does not show", () => {
    const program = new Command("tool")
      .addCommand(new Command("secret-command"), { hidden: true })
      .addOption(new Option("--secret-flag").hideHelp());
    expect(completionScript(shell, describeCommand(program))).not.toContain("secret");
  });
});

describe("what is completed", () => {
  const program = new Command("tool").addCommand(
    new Command("inner")
      .argument("<archive>")
      .addArgument(new Argument("<colour>").choices(["red", "blue"]))
      .argument("<path...>")
      .option("-o, --output <file|dir|->", "text")
      .option("--dir <dir>", "text")
      .option("--workspace <[agent=]dir>", "text", collect)
      .option("--owner <user[:group]>", "text")
      .option("--many <file...>", "text")
      .addOption(new Option("--level <level>", "text").choices(["low", "high"]))
      .option("--no-verify", "text"),
  );
  const [, inner] = allCommands(describeCommand(program));

  it("is told by the words that stand for values in --help", () => {
    const flags = inner!.flags.map(({ long, takes, repeatable }) => [long, takes, repeatable]);
    expect(flags).toEqual([
      ["--output", { kind: "files" }, false],
      ["--dir", { kind: "directories" }, false],
      ["--workspace", { kind: "directories" }, true],
      ["--owner", { kind: "anything" }, false],
      ["--many", { kind: "files" }, true],
      ["--level", { kind: "words", words: ["low", "high"] }, false],
      ["--no-verify", undefined, false],
      ["--help", undefined, false],
    ]);
    expect(inner!.args).toEqual([
      { name: "archive", takes: { kind: "files" }, variadic: false },
      { name: "colour", takes: { kind: "words", words: ["red", "blue"] }, variadic: false },
      { name: "path", takes: { kind: "anything" }, variadic: true },
    ]);
  });
});

describe("a description", () => {
  const cases = [
    ["it's", String.raw`[it'\''s]`, String.raw`'it\'s'`],
    ["$HOME `id` $(id)", "[$HOME `id` $(id)]", "'$HOME `id` $(id)'"],
    ["a [b] c: d", String.raw`[a \[b\] c: d]`, "'a [b] c: d'"],
    [String.raw`a\b \' c`, String.raw`[a\\b \\'\'' c]`, String.raw`'a\\b \\\' c'`],
    ["two\n  lines", "[two lines]", "'two lines'"],
  ] as const;

  it.each(cases)("%j is one word in zsh and in fish", (description, inZsh, inFish) => {
    const program = describeCommand(programWith(description));
    expect(completionScript("zsh", program)).toContain(`--flag=${inZsh}:flag:_files'`);
    expect(completionScript("fish", program)).toContain(`-l flag -r -F -d ${inFish}\n`);
    expect(completionScript("fish", program)).toContain(`-a 'inner' -d ${inFish}\n`);
  });
});

describe("ocbak completion", () => {
  it.each([[["tcsh"]], [[]], [["bash", "zsh"]]])("refuses %j", async (argv) => {
    const { io, out } = testCli({ home: "/" });
    expect(await run(["completion", ...argv], io)).toBe(2);
    expect(out()).toBe("");
  });
});
