import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withDir } from "tmp-promise";
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { testCli } from "../support/cli.ts";

/** Runs in a home with an empty file, a directory and something that is no archive. */
async function verify(...argv: string[]) {
  let result: { status: number; out: string; err: string } | undefined;
  await withDir(
    async ({ path: home }) => {
      await mkdir(join(home, "directory"));
      await writeFile(join(home, "empty"), "");
      await writeFile(join(home, "text"), "no archive, but longer than nothing\n".repeat(100));
      const cli = testCli({ home });
      const status = await run(["verify", ...argv.map((arg) => arg.replace(/^\.\//, `${home}/`))], cli.io);
      result = { status, out: cli.out(), err: cli.err() };
    },
    { unsafeCleanup: true },
  );
  return result!;
}

describe("ocbak verify", () => {
  it.each([
    ["what is not there", "./nowhere.ocbak", 10],
    ["a directory", "./directory", 27],
    ["an empty file", "./empty", 27],
    ["something else", "./text", 27],
  ])("refuses %s with its exit status and a hint", async (_what, file, expected) => {
    const { status, err } = await verify(file);
    expect(status).toBe(expected);
    expect(err).toMatch(/^ocbak: error: .*\nocbak: hint: .*\n$/);
  });

  it("gives scripts the report on stdout and nothing on stderr, also of what is refused", async () => {
    const { status, out, err } = await verify("--json", "./text");
    expect([status, err]).toEqual([27, ""]);
    expect(JSON.parse(out)).toMatchObject({ verdict: "not-an-archive", archiveId: null });
  });

  it("with --quiet still says what is wrong", async () => {
    const { out, err } = await verify("--quiet", "./text");
    expect(out).toContain("not-an-archive");
    expect(err).toContain("ocbak: error:");
  });
});
