import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { lifeOf, markOf, type ProcessMark, type Processes } from "../../src/system/process-mark.ts";

const here: Processes = {
  host: "testhost",
  pid: process.pid,
  isRunning: (pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  },
};

describe("a process that left its mark", () => {
  const mark = markOf(here);

  it.each<[string, ProcessMark, string]>([
    ["runs, where it is this one", mark, "running"],
    ["is dead, where its number is another's by now", { ...mark, start: "1" }, "dead"],
    ["is dead, where the machine was started again", { ...mark, boot: "another" }, "dead"],
    ["cannot be told of, on another host", { ...mark, host: "other" }, "unknown"],
    [
      "is told by host and boot alone, in a mark without its machine",
      { ...mark, machine: null, boot: "another" },
      "dead",
    ],
  ])("%s", (_what, found, life) => {
    expect(lifeOf(found, here)).toBe(life);
  });

  it.skipIf(mark.machine === null)("cannot be told of, on another machine of the same name", () => {
    expect(lifeOf({ ...mark, machine: "another", boot: "another" }, here)).toBe("unknown");
  });

  it("is dead once it has ended", async () => {
    const child = spawn("sleep", ["60"]);
    const itsMark = markOf({ ...here, pid: child.pid! });
    expect(lifeOf(itsMark, here)).toBe("running");
    child.kill("SIGKILL");
    await once(child, "close");
    expect(lifeOf(itsMark, here)).toBe("dead");
  });
});
