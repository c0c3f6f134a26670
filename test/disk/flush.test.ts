import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FlushAhead } from "../../src/disk/flush.ts";
import { scratchHome } from "../support/restore.ts";

describe("a flush that runs ahead", () => {
  it.each([
    ["is followed by one more", "exit 0", 2],
    ["and fails has all files asked about at the end, one by one", "exit 1", 1],
  ])("%s", async (_, outcome, calls) => {
    const { home, remove } = scratchHome();
    onTestFinished(remove);
    const called = join(home, "called");
    const program = join(home, "sync");
    writeFileSync(program, `#!/bin/sh\necho called >> ${called}\n${outcome}\n`, { mode: 0o700 });
    mkdirSync(join(home, "tree"));
    writeFileSync(join(home, "tree/a"), "a");
    const flush = new FlushAhead(() => [join(home, "tree")], [program]);
    flush.wrote(1);
    flush.wrote(2 ** 30);
    await flush.end();
    expect(readFileSync(called, "utf8")).toBe("called\n".repeat(calls));
  });
});
