import { withDir } from "tmp-promise";
import { describe, expect, it } from "vitest";
import { CliError, Interrupted } from "../../src/cli/errors.ts";
import { exitMeanings } from "../../src/cli/exit-status.ts";
import { printFailure } from "../../src/cli/failure.ts";
import { programFor } from "../../src/cli/program.ts";
import { run } from "../../src/cli/run.ts";
import { testCli, type TestCli } from "../support/cli.ts";
import { everyCommand } from "../support/commands.ts";

const commands = (await everyCommand()).map(([words]) => words);

async function runs(...argv: string[]): Promise<TestCli & { status: number }> {
  const cli = testCli({ home: "/nonexistent" });
  return { ...cli, status: await run(argv, cli.io) };
}

describe("usage", () => {
  it("prints the help on stderr for `ocbak` alone, and exits with 2", async () => {
    const { status, out, err } = await runs();
    expect([status, out()]).toEqual([2, ""]);
    const { commands: words } = await programFor(testCli({ home: "/" }).io, () => {});
    for (const command of words) expect(err()).toMatch(new RegExp(`^ {2}${command.name()} `, "m"));
  });

  it("prints the help on stdout when asked for it", async () => {
    const { status, out, err } = await runs("--help");
    expect([status, err()]).toEqual([0, ""]);
    expect(out()).toContain("Usage: ocbak");
  });

  it("prints the version", async () => {
    const { status, out } = await runs("--version");
    expect([status, out()]).toEqual([0, "0.0.0-test\n"]);
  });

  it.each([
    ["an unknown command", ["verfy"]],
    ["an unknown flag", ["verify", "--lvel", "full", "a.ocbak"]],
    ["a missing argument", ["verify"]],
    ["an argument too many", ["verify", "a.ocbak", "b.ocbak"]],
    ["a level there is none of", ["verify", "--level", "deep", "a.ocbak"]],
    ["a compression level out of range", ["create", "--compression-level", "20"]],
    ["a compression level that is no number", ["create", "--compression-level", "1e1"]],
    ["extract without -o", ["extract", "a.ocbak", "state"]],
    ["salvage without -o", ["salvage", "a.ocbak"]],
    ["an archive on stdin for what needs a file", ["inspect", "-"]],
    ["--require-signature without a signer to trust", ["verify", "--require-signature", "a.ocbak"]],
    ["a flag of a later release", ["create", "--all-profiles"]],
    ["a command of a later release", ["prune"]],
  ])("refuses %s with 2, an error line and a hint", async (_what, argv) => {
    const { status, out, err } = await runs(...argv);
    expect([status, out()]).toEqual([2, ""]);
    expect(err()).toMatch(/^ocbak: error: [^\n]+[^.\n]\n(ocbak: hint: [^\n]+\n)*$/);
  });

  it("suggests the command or flag that was meant", async () => {
    expect((await runs("verfy")).err()).toContain("ocbak: hint: Did you mean verify?");
    expect((await runs("verify", "--lvel", "full", "a")).err()).toContain(
      "ocbak: hint: Did you mean --level?",
    );
  });

  it("gives scripts the error as JSON on stderr, with its exit status", async () => {
    const { status, out, err } = await runs("verify", "--json");
    expect(status).toBe(2);
    expect(out()).toBe("");
    expect(JSON.parse(err())).toEqual({
      error: { code: "usage", message: expect.any(String), hint: expect.any(String) },
      exitStatus: 2,
    });
  });
});

describe("--help", () => {
  it.each(commands)(
    "of %s has an example that begins with the command, and its exit statuses",
    async (command) => {
      const { status, out } = await runs(...command.split(" "), "--help");
      expect(status).toBe(0);
      expect(out()).toMatch(new RegExp(`^Examples?:\n {2}(sudo )?ocbak ${command}\\b`, "m"));
      for (const code of [0, 1, 2, 130, 143] as const) expect(out()).toContain(exitMeanings[code]);
    },
  );

  it.each(commands)("of %s names --json, --quiet and --no-progress", async (command) => {
    const { out } = await runs(...command.split(" "), "--help");
    for (const flag of ["--json", "-q, --quiet", "--no-progress"]) expect(out()).toContain(flag);
  });

  it.each(commands)("of %s has no example that the command itself would refuse as usage", async (command) => {
    const [, definition] = (await everyCommand()).find(([words]) => words === command)!;
    const { out } = await runs(...command.split(" "), "--help");
    const examples = [...out().matchAll(new RegExp(`^ {2}(?:sudo )?ocbak ${command}(?: (.*))?$`, "gm"))];
    definition.action(() => {});
    for (const [, rest = ""] of examples) {
      const argv = (rest.replace(/[|<>].*$/, "").match(/'[^']*'|[^ ]+/g) ?? []).map((word) =>
        word.replace(/^'(.*)'$/, "$1"),
      );
      await expect(definition.parseAsync(argv, { from: "user" })).resolves.toBeDefined();
    }
  });

  it("stands on stderr for a group of commands alone, whose own unknown commands lead to it", async () => {
    const alone = await runs("schedule");
    expect([alone.status, alone.out()]).toEqual([2, ""]);
    expect(alone.err()).toContain("Usage: ocbak schedule");
    const unknown = await runs("schedule", "instal");
    expect(unknown.status).toBe(2);
    expect(unknown.err()).toContain("ocbak: hint: Did you mean install?");
    expect(unknown.err()).toContain("see `ocbak schedule --help`");
  });
});

describe("create", () => {
  it("does not write an archive to a terminal", async () => {
    const cli = testCli({ home: "/nonexistent", stdoutIsTerminal: true });
    expect(await run(["create", "-o", "-"], cli.io)).toBe(2);
    expect([cli.out(), cli.err()]).toEqual(["", expect.stringContaining("not for a terminal")]);
  });

  it("refuses with 2 and the hint to make a key where there is no recipient", () =>
    withDir(async ({ path: home }) => {
      const cli = testCli({ home });
      expect(await run(["create"], cli.io)).toBe(2);
      expect(cli.err()).toMatch(/^ocbak: error: no recipient.*\nocbak: hint: .*`ocbak keygen`/);
    }));
});

describe("errors", () => {
  it("shows control characters of a message escaped, so that a file name cannot write on the terminal", async () => {
    const cli = testCli({ home: "/" });
    await printFailure(cli.io, new Error("cannot read a\u001b[2Jb\nc"), false);
    expect(cli.err()).toMatch(/^ocbak: error: cannot read a\\x1b\[2Jb\\x0ac\n/);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("exit as interrupted after %s, whatever was thrown then", async (name, expected) => {
    const cli = testCli({ home: "/", signal: AbortSignal.abort(new Interrupted(name)) });
    expect(await printFailure(cli.io, new Error("the operation was aborted"), false)).toBe(expected);
    expect(cli.err()).not.toContain("the operation was aborted");
  });

  it("say nothing where the reader of stdout went away", async () => {
    const cli = testCli({ home: "/" });
    expect(await printFailure(cli.io, new CliError("output-closed", "closed"), false)).toBe(1);
    expect(cli.err()).toBe("");
  });

  it("say where it happened only with OCBAK_DEBUG=1", async () => {
    for (const [env, expected] of [
      [{}, false],
      [{ OCBAK_DEBUG: "1" }, true],
    ] as const) {
      const cli = testCli({ home: "/", env });
      await printFailure(cli.io, new TypeError("x is not a function"), false);
      expect(cli.err().includes("run.test.ts")).toBe(expected);
    }
  });
});
