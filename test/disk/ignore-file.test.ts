import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { IgnoreFile, ignoreFileName } from "../../src/disk/ignore-file.ts";
import { scan } from "../../src/disk/scan.ts";
import { runAsNobody, canBecomeNobody } from "../support/nobody.ts";
import { planOf, scanRules, workspaceRoot } from "../support/scan.ts";
import { freshDir, plant, type Tree } from "../support/tree.ts";

const at = (folder: string) => `${folder}${folder === "" ? "" : "/"}${ignoreFileName}`;

/** Paths of a tree that are left out by an ignore file. */
function ignoredOf(tree: Tree, options: Parameters<typeof planOf>[1] = {}): string[] {
  return Object.entries(planOf(tree, options))
    .filter(([, text]) => text.startsWith("excluded:ignore-file"))
    .map(([path]) => path);
}

/** The files that git itself would not ignore. */
function keptByGit(tree: Tree): string[] {
  const dir = plant(freshDir(), tree);
  const git = (...argv: string[]) => execFileSync("git", ["-C", dir, ...argv], { encoding: "latin1" });
  git("init", "--quiet");
  const listed = git("ls-files", "-z", "--others", `--exclude-per-directory=${ignoreFileName}`);
  return listed
    .split("\0")
    .filter((path) => path !== "")
    .toSorted();
}

describe("an ignore file", () => {
  test("holds for its folder and all below, is taken itself, and what it leaves out is counted", () => {
    const plan = planOf({
      [at("app")]: "*\n!keep.md\n",
      "app/keep.md": "k",
      "app/build/a": "123",
      "app/build/b/c": "45",
      "build/a": "x",
    });
    expect(plan).toEqual({
      "": "plain directory",
      app: "plain directory",
      [at("app")]: "plain",
      "app/build": "excluded:ignore-file 3 entries 5 bytes",
      "app/keep.md": "plain",
      build: "plain directory",
      "build/a": "plain",
    });
  });

  const tree = { "a.md": "", "A.md": "", "b/a.md": "", "b/c/a.md": "", "b/c/d.txt": "" };
  test.each<[string, Tree, readonly string[]]>([
    ["a name counts in any folder", { [at("")]: "a.md" }, ["a.md", "b/a.md", "b/c/a.md"]],
    ["case matters", { [at("")]: "A.MD\nA.md" }, ["A.md"]],
    ["a slash binds to the folder of the file", { [at("b")]: "/a.md" }, ["b/a.md"]],
    ["a slash at the end means folders only", { [at("")]: "c/\na.md/" }, ["b/c"]],
    [
      "the last line that matches decides",
      { [at("")]: "*.md\n!/b/**/a.md\n/b/c/*" },
      ["A.md", "a.md", "b/c/a.md", "b/c/d.txt"],
    ],
    ["the deeper file decides", { [at("")]: "*.md", [at("b/c")]: "!a.md" }, ["A.md", "a.md", "b/a.md"]],
    [
      "nothing comes back below a folder that is left out",
      { [at("")]: "b\n!b/a.md", [at("b")]: "!*" },
      ["b"],
    ],
    [
      "wildcards and sets stay within a name",
      { [at("")]: "b*/?.[a-m]d\n/[b]/c/d.t[wx]t" },
      ["b/a.md", "b/c/d.txt"],
    ],
    ["comments and empty lines say nothing", { [at("")]: "# a.md\n\n   \n\\#\n" }, []],
    [
      "lines may end as on Windows, and begin with a mark",
      { [at("")]: "\ufeffa.md\r\n" },
      ["a.md", "b/a.md", "b/c/a.md"],
    ],
  ])("is read as git reads it: %s", (_what, files, expected) => {
    expect(ignoredOf({ ...tree, ...files })).toEqual(expected);
    const taken = planOf({ ...tree, ...files });
    expect(Object.keys(taken).filter((path) => taken[path] === "plain")).toEqual(
      keptByGit({ ...tree, ...files }),
    );
  });

  test("gives way to --include, and to --exclude", () => {
    const files = { [at("")]: "*.iso\n!keep.iso\n", "a.iso": "1", "keep.iso": "2" };
    const plan = planOf(files, { include: ["workspace.main/a.iso"], exclude: ["workspace.main/keep.iso"] });
    expect(plan).toMatchObject({ "a.iso": "plain", "keep.iso": "excluded:user 0 entries 1 bytes" });
  });

  test("takes back what is left out by default, but not what is never taken", () => {
    const exclude = [
      { id: "cache", pattern: "cache" },
      { id: "tmp", pattern: "tmp", always: true },
    ];
    const files = { [at("")]: "!cache\n!tmp\n", "cache/a": "1", "cache/b": "2", "tmp/x": "3" };
    expect(planOf(files, { root: { exclude } })).toMatchObject({
      "cache/a": "plain",
      "cache/b": "plain",
      tmp: "excluded:tmp 1 entries 1 bytes",
    });
  });

  test("below what it left out and --include asks for, nothing else comes in", () => {
    const files = { [at("")]: "big/\n", [at("big")]: "!*\n", "big/a": "1", "big/wanted": "2" };
    expect(planOf(files, { include: ["workspace.main/big/wanted"] })).toMatchObject({
      big: "plain directory",
      "big/a": "excluded:ignore-file 0 entries 1 bytes",
      "big/wanted": "plain",
    });
  });

  test("names are bytes: what is no UTF-8 is matched, and lost by nobody", () => {
    const files = {
      [at("")]: Buffer.from("caf\xe9*\nvoil\xc3\xa0\n\xff?\n", "latin1"),
      "caf\xe9 au lait": "1",
      "voil\xc3\xa0": "2",
      "voil\xc3": "3",
      "\xff\xfe": "4",
      "\xfe\xff": "5",
    };
    expect(ignoredOf(files)).toEqual(["caf\xe9 au lait", "voil\xc3\xa0", "\xff\xfe"]);
  });

  test("names that mean something to JavaScript or to globs are names", () => {
    const names = ["__proto__", "constructor", "a\nb", "[x]", "$&", "a\\b"];
    const files = Object.fromEntries(names.map((name) => [`d/${name}`, "1"]));
    expect(ignoredOf({ ...files, [at("")]: "*\n!d\n!__proto__\n!constructor\n" })).toEqual([
      "d/$&",
      "d/[x]",
      "d/a\nb",
      "d/a\\b",
    ]);
  });
});

describe("an ignore file that is not heeded", () => {
  test.each<[string, Tree, RegExp]>([
    ["a link", { [at("")]: { to: "list" }, list: "*" }, /symbolic link/],
    ["a folder", { [`${at("")}/x`]: "*" }, /no regular file/],
    ["one that is too large", { [at("")]: `${"# x\n".repeat(262_144)}\n*` }, /larger than 1 MiB/],
  ])("is %s: all is taken, and that is said", (_what, files, reason) => {
    const dir = plant(freshDir(), { "a.md": "a", ...files });
    const result = scan([workspaceRoot(dir)], scanRules);
    expect(result.entries.filter(({ excluded }) => excluded)).toEqual([]);
    expect(result.ignoreTroubles).toEqual([
      { path: `workspace.main/${ignoreFileName}`, reason: expect.stringMatching(reason) },
    ]);
  });

  test("is a FIFO: nobody waits for it", () => {
    const dir = plant(freshDir(), { "a.md": "a" });
    execFileSync("mkfifo", [join(dir, ignoreFileName)]);
    const { ignoreTroubles } = scan([workspaceRoot(dir)], scanRules);
    expect(ignoreTroubles).toMatchObject([{ reason: "it is no regular file" }]);
  });

  test.runIf(canBecomeNobody)("is one that may not be read", () => {
    const dir = plant(freshDir(), { "a.md": "a", [ignoreFileName]: { text: "*", mode: 0o000 } });
    chmodSync(dir, 0o755);
    const scanPath = new URL("../../src/disk/scan.ts", import.meta.url).pathname;
    const output = runAsNobody(
      `import { scan } from ${JSON.stringify(scanPath)};
      const roots = [{ id: "workspace.main", path: process.argv[1], sealing: "by-rule", exclude: [] }];
      const { entries, ignoreTroubles } = scan(roots, { seal: [], plainBytesMax: 1000 });
      console.log(JSON.stringify([entries.filter(({ excluded }) => excluded).length, ignoreTroubles]));`,
      dir,
    );
    expect(JSON.parse(output)).toEqual([
      0,
      [{ path: `workspace.main/${ignoreFileName}`, reason: "it cannot be read (EACCES)" }],
    ]);
  });

  test("in those lines which the library reads otherwise than git", () => {
    const lines = ["[!a].md", "[^a].md", "what\\?", "[[:alpha:]].md", "[z-a]", "[]a]", "\\*", "x\\", "*.iso"];
    expect(new IgnoreFile(lines.join("\n")).refused).toEqual(lines.slice(0, -1));
    const dir = plant(freshDir(), { [ignoreFileName]: lines.join("\n"), "b.md": "b", "a.iso": "i" });
    const result = scan([workspaceRoot(dir)], scanRules);
    expect(result.ignoreTroubles.map(({ line }) => line)).toEqual(lines.slice(0, -1));
    expect(result.entries.flatMap(({ path, excluded }) => (excluded ? [path] : []))).toEqual([
      "workspace.main/a.iso",
    ]);
  });
});
