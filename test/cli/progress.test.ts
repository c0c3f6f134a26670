import { describe, expect, it } from "vitest";
import type { Call } from "../../src/cli/command.ts";
import { progressFor, progressLine } from "../../src/cli/progress.ts";
import { testCli } from "../support/cli.ts";

const MiB = 1024 * 1024;

describe("the progress line", () => {
  const state = { label: "capture", startedAt: 0, totalBytes: 400 * MiB, doneBytes: 100 * MiB };

  it("tells share, bytes, rate and remaining time", () => {
    expect(progressLine(state, 10_000)).toBe(
      "capture [=====---------------]  25%  100.0 MiB of 400.0 MiB  10.0 MiB/s  30 s left",
    );
  });

  it("tells no rate before there is one", () => {
    expect(progressLine(state, 500)).not.toContain("/s");
  });

  it("tells no share where the total is unknown", () => {
    expect(progressLine({ ...state, totalBytes: undefined }, 10_000)).toBe("capture  100.0 MiB  10.0 MiB/s");
  });

  it("never goes beyond its end, though files may grow", () => {
    expect(progressLine({ ...state, doneBytes: 500 * MiB }, 10_000)).toContain("[====================] 100%");
  });
});

const draw = async (stderrIsTerminal: boolean, showProgress: boolean, env = {}): Promise<string> => {
  const cli = testCli({ home: "/", stderrIsTerminal, env });
  const call: Call = {
    io: cli.io,
    args: [],
    flags: {},
    voice: { json: false, quiet: false },
    showProgress,
  };
  const { progress, say } = await progressFor(call);
  progress.start("verify", 10);
  progress.advance(10);
  say("ocbak: warning: x\n");
  progress.finish();
  progress.finish();
  return cli.err();
};

describe("the bar", () => {
  it("is drawn on a terminal and taken away again, and warnings stand on lines of their own", async () => {
    const drawn = await draw(true, true);
    expect(drawn).toContain("verify [");
    expect(drawn).toContain("\r\u001b[Kocbak: warning: x\n");
  });

  it.each([
    ["stderr is no terminal", false, true, {}],
    ["--quiet, --json or --no-progress say so", true, false, {}],
    ["the terminal cannot", true, true, { TERM: "dumb" }],
  ] as const)("is not drawn where %s", async (_where, terminal, show, env) => {
    expect(await draw(terminal, show, env)).toBe("ocbak: warning: x\n");
  });

  it("has no colours", async () => {
    // eslint-disable-next-line no-control-regex
    expect(await draw(true, true)).not.toMatch(/\u001b\[[0-9;]*m/);
  });
});
