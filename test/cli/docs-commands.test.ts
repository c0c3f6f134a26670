import { readdirSync, readFileSync } from "node:fs";
import { type Command, CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { programFor } from "../../src/cli/program.ts";
import { testCli } from "../support/cli.ts";

const root = new URL("../../", import.meta.url);
const pages = ["README.md", ...readdirSync(new URL("docs/", root)).map((name) => `docs/${name}`)].filter(
  (path) => path.endsWith(".md"),
);

interface Mention {
  /** What stands behind `ocbak`. */
  readonly words: readonly string[];
  /** To be typed as it is: in a block of code, without `[…]` for what may be left out and `…` for more. */
  readonly isWhole: boolean;
}

/** Words of a line as a shell breaks it, quotes kept; what stands between commands is a word, too. A comment ends it. */
function tokensOf(line: string): string[] {
  const tokens = line.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"|;&<>])+|[|;&<>]+/g) ?? [];
  const comment = tokens.findIndex((token) => token.startsWith("#"));
  return comment < 0 ? tokens : tokens.slice(0, comment);
}

/** The simple commands of a line that call ocbak: by its name, by its path behind node's, or as `sudo` needs it. */
function callsIn(line: string): string[][] {
  const commands: string[][] = [[]];
  for (const token of tokensOf(line)) {
    if (/^[|;&<>]+$/.test(token)) commands.push([]);
    else commands.at(-1)!.push(token);
  }
  return commands.flatMap((words) => {
    const at = words.findIndex(
      (word, index) =>
        (word === "ocbak" && (index === 0 || words[index - 1] === "sudo")) ||
        word === '"$(command -v ocbak)"' ||
        (word.endsWith("/ocbak") && words[index - 1]?.endsWith("/node")),
    );
    return at < 0 ? [] : [words.slice(at + 1)];
  });
}

/** Every command line of a page, in blocks and in back quotes. Planned ones are not offered yet. */
function mentionsIn(page: string): Mention[] {
  let isFenced = false;
  return page.split("\n").flatMap((line) => {
    if (line.startsWith("```")) {
      isFenced = !isFenced;
      return [];
    }
    if (line.includes("*planned*")) return [];
    const isBlock = isFenced || /^ {4}/.test(line);
    const pieces = isBlock ? [line.trim()] : [...line.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
    return pieces.flatMap((piece) =>
      callsIn(piece).map((words) => ({ words, isWhole: isBlock && !/[[\]…]/.test(piece) })),
    );
  });
}

/** The program, of whose commands none does anything. */
async function idleProgram(): Promise<Command> {
  const program = await programFor(testCli({ home: "/" }).io, () => {});
  const makeIdle = (command: Command): void => {
    if (command.commands.length === 0) command.action(() => {});
    for (const inner of command.commands) makeIdle(inner);
  };
  makeIdle(program);
  return program;
}

/** Fails where the program would refuse the line before it does anything. */
async function parse(words: readonly string[]): Promise<void> {
  const argv = words.map((word) => word.replaceAll(/['"]/g, ""));
  await (await idleProgram()).parseAsync(argv, { from: "user" });
}

/** Commands and flags that do not exist, of a line that is not to be typed as it is. */
async function unknownIn(words: readonly string[]): Promise<string[]> {
  let command = await idleProgram();
  let at = 0;
  for (; at < words.length; at += 1) {
    const inner = command.commands.find((one) => one.name() === words[at]);
    if (inner === undefined) break;
    command = inner;
  }
  // In upper case, or as dots, it stands for any command.
  const next = words[at] ?? "";
  const isUnknown = command.commands.length > 0 && !/^(?:[A-Z]*|-.*|…)$/.test(next);
  const flags = words.flatMap((word) => word.match(/(?<![\w-])--?[A-Za-z][\w-]*/g) ?? []);
  const known = new Set(command.options.flatMap(({ long, short }) => [long, short]));
  const unknown = flags.filter((flag) => !known.has(flag) && !["-h", "--help"].includes(flag));
  return [...(isUnknown ? [next] : []), ...unknown];
}

const mentions = pages.flatMap((path) =>
  mentionsIn(readFileSync(new URL(path, root), "utf8")).map(({ words, isWhole }) => ({
    path,
    line: words.join(" "),
    words,
    isWhole,
  })),
);

describe("command lines in README.md and docs", () => {
  it("are found", () => {
    expect(mentions.map(({ path }) => path)).toEqual(expect.arrayContaining(["README.md", "docs/cli.md"]));
    expect(mentions.filter(({ isWhole }) => isWhole).length).toBeGreaterThan(20);
    expect(callsIn("set -e; sudo /opt/node /x/ocbak ls 'a;b' -l >out # ocbak no")).toEqual([
      ["ls", "'a;b'", "-l"],
    ]);
  });

  it.each(mentions.filter(({ isWhole }) => isWhole))(
    "could be typed: ocbak $line ($path)",
    async ({ words }) => {
      await expect(parse(words)).resolves.toBeUndefined();
    },
  );

  it.each(mentions.filter(({ isWhole }) => !isWhole))(
    "have only commands and flags that there are: ocbak $line ($path)",
    async ({ words }) => {
      expect(await unknownIn(words)).toEqual([]);
    },
  );

  it.each([["nonsense"], ["create --nonsense"], ["verify --level nonsense a"], ["verify"]])(
    "would be refused: ocbak %s",
    async (line) => {
      await expect(parse(line.split(" "))).rejects.toThrow(CommanderError);
    },
  );

  it.each([
    ["nonsense", ["nonsense"]],
    ["create [--nonsense] …", ["--nonsense"]],
    ["schedule nonsense -x", ["nonsense", "-x"]],
  ])("would be found: ocbak %s", async (line, unknown) => {
    expect(await unknownIn(line.split(" "))).toEqual(unknown);
  });
});
