import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exitMeanings } from "../../src/cli/exit-status.ts";
import { everyCommand } from "../support/commands.ts";

const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split("\n", 1)[0]!.trim(), section] as const),
);

/** Rows of the tables of a section, cells trimmed; `\|` is a bar inside a cell. */
function rowsOf(section: string): string[][] {
  return [...section.matchAll(/^\| (.*) \|$/gm)].map(([, row]) =>
    row!.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|")),
  );
}

/** The long flags that tables offer: first cells such as `-o, --output FILE` in back quotes, unless planned. */
function flagsIn(section: string): string[] {
  return rowsOf(section).flatMap(([first, meaning]) => {
    const flag = /^`(?:-\w, )?(--[\w-]+)/.exec(first ?? "")?.[1];
    return flag === undefined || meaning!.startsWith("*planned*") ? [] : [flag];
  });
}

const commands = await everyCommand();
const [commonTable, readTable] = sections.get("Flags of every command")!.split('"read flags" below:');

describe("docs/cli.md", () => {
  it("describes exactly the commands there are, and marks the others as planned", () => {
    const described = [...sections.keys()].flatMap((title) => /^`ocbak ([\w -]+)`$/.exec(title)?.[1] ?? []);
    expect(described.toSorted()).toEqual(commands.map(([words]) => words).toSorted());
    for (const [first, meaning] of rowsOf(sections.get("Planned commands")!).slice(1)) {
      expect(meaning).toContain("*planned*");
      expect(described).not.toContain(first!.replaceAll("`", "").replace("ocbak ", ""));
    }
  });

  it.each(commands)("lists exactly the flags of %s", (name, command) => {
    const section = sections.get(`\`ocbak ${name}\``)!;
    const read = /read flags/i.test(section) ? flagsIn(readTable!) : [];
    const described = [...flagsIn(commonTable!), ...read, ...flagsIn(section)].filter(
      (flag) => flag !== "--help",
    );
    const offered = command.options.map((option) => option.long!);
    expect(described.toSorted()).toEqual(offered.toSorted());
  });

  it("has the exit statuses of the program, in its words", () => {
    const rows = rowsOf(sections.get("Exit statuses")!).slice(1);
    const described = Object.fromEntries(rows.map(([status, meaning]) => [status!, meaning!]));
    expect(described).toEqual(exitMeanings);
  });
});
