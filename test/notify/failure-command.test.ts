import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type FailureCommand, runFailureCommand } from "../../src/notify/failure-command.ts";
import { freshDir } from "../support/tree.ts";

function commandIn(cwd: string, command: string, rest: Partial<FailureCommand> = {}): FailureCommand {
  return {
    command,
    report: '{"outcome":"failed"}',
    env: { PATH: "/usr/bin:/bin" },
    cwd,
    timeoutMs: 10_000,
    ...rest,
  };
}

describe("the command for failed runs", () => {
  it("runs in the shell, with the report on its standard input and the variables it is given", async () => {
    const dir = freshDir();
    const env = { PATH: "/usr/bin:/bin", OCBAK_RUN_OUTCOME: "failed" };
    await runFailureCommand(
      commandIn(dir, 'cat > in; echo "$OCBAK_RUN_OUTCOME $HOME" | tr a-z A-Z > out', { env }),
    );
    expect([readFileSync(join(dir, "in"), "utf8"), readFileSync(join(dir, "out"), "utf8")]).toEqual([
      '{"outcome":"failed"}',
      "FAILED \n",
    ]);
  });

  it("need not read a report that no pipe holds", async () => {
    const run = runFailureCommand(commandIn(freshDir(), "exit 0", { report: "x".repeat(4 * 1024 * 1024) }));
    await expect(run).resolves.toBeUndefined();
  });

  it.each([
    ["ends with a status", "exit 3", "ended with 3"],
    ["is killed", "kill -9 $$", "ended with SIGKILL"],
    ["is not there", "no-such-program --token=5ecret", "ended with 127"],
  ])("is told to have failed where it %s, without a word of it", async (_what, command, why) => {
    const failure = runFailureCommand(commandIn(freshDir(), command));
    await expect(failure).rejects.toMatchObject({
      code: "failure-command-failed",
      message: `the command for failed runs ${why}`,
    });
  });

  it("is told to have failed where its folder is gone", async () => {
    const failure = runFailureCommand(commandIn(join(freshDir(), "gone"), "true"));
    await expect(failure).rejects.toMatchObject({ message: expect.stringContaining("ENOENT") });
  });

  it("is ended with all that it started when its time is up", async () => {
    const dir = freshDir();
    const command = "(sleep 0.5; touch late) & sleep 60; true";
    const failure = runFailureCommand(commandIn(dir, command, { timeoutMs: 100 }));
    await expect(failure).rejects.toMatchObject({ message: expect.stringContaining("within 0.1 s") });
    await sleep(700);
    expect(existsSync(join(dir, "late"))).toBe(false);
  });
});
