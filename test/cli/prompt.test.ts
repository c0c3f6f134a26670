import { describe, expect, it } from "vitest";
import { Interrupted } from "../../src/cli/errors.ts";
import { askSecret } from "../../src/cli/prompt.ts";
import { testCli } from "../support/cli.ts";

describe("a typed secret", () => {
  it.each([
    ["ends with the return key", "pass\r", "pass"],
    ["ends with a line feed", "pass\n", "pass"],
    ["may hold blanks and letters of any script", " пароль 密码 \r", " пароль 密码 "],
    ["is corrected with backspace, letter by letter", "pä\u007f\u007fok\r", "ok"],
    ["is begun again with Ctrl-U", "wrong\u0015right\r", "right"],
    ["is none where only the return key was pressed", "\r", undefined],
    ["is none at Ctrl-D", "\u0004", undefined],
  ])("%s", async (_what, typed, expected) => {
    const cli = testCli({ home: "/", typed });
    expect((await askSecret(cli.io, "passphrase"))?.reveal()).toBe(expected);
    expect(cli.err()).toBe("Enter passphrase: \n");
    expect(cli.rawModes).toEqual([true, false]);
  });

  it("leaves what is typed ahead to the next question", async () => {
    const { io } = testCli({ home: "/", typed: "one\rtwo\r" });
    expect((await askSecret(io, "first"))?.reveal()).toBe("one");
    expect((await askSecret(io, "second"))?.reveal()).toBe("two");
  });

  it("is given up with Ctrl-C, and the terminal echoes again", async () => {
    const cli = testCli({ home: "/", typed: "pa\u0003" });
    await expect(askSecret(cli.io, "passphrase")).rejects.toBeInstanceOf(Interrupted);
    expect(cli.rawModes).toEqual([true, false]);
  });

  it("is given up when the run is ended, and the terminal echoes again", async () => {
    const controller = new AbortController();
    const cli = testCli({ home: "/", typed: "pa", signal: controller.signal });
    const asked = askSecret(cli.io, "passphrase");
    setImmediate(() => controller.abort(new Interrupted("SIGTERM")));
    await expect(asked).rejects.toBeInstanceOf(Interrupted);
    expect(cli.rawModes).toEqual([true, false]);
  });

  it("is not asked for where stdin is no terminal", async () => {
    const cli = testCli({ home: "/" });
    await expect(askSecret(cli.io, "passphrase")).rejects.toMatchObject({ code: "no-terminal" });
    expect(cli.err()).toBe("");
  });
});
