import { describe, expect, it } from "vitest";
import { unfitForWindows } from "../../src/disk/windows-names.ts";
import { parseEntryPath } from "../../src/format/entry-path.ts";

function judged(name: string): string | undefined {
  return unfitForWindows(parseEntryPath(Buffer.from(`state/sub/${name}`, "latin1")));
}

describe("a name on Windows", () => {
  it.each(["nul", "NUL.txt", "com1", "LPT9.log", "con .x", "aux", "conout$", "COM0.tar.gz"])(
    "%s is a device",
    (name) => {
      expect(judged(name)).toMatch(/device/);
    },
  );

  it.each(["a:b", "2026-11-22T10:00.md", "a\\b", "what?", "a*", "<a>", 'a"b', "a|b", "a\u0001b"])(
    "%j is not taken",
    (name) => {
      expect(judged(name)).toMatch(/character/);
    },
  );

  it.each(["a.", "a ", "...a.. "])("%j becomes another", (name) => {
    expect(judged(name)).toMatch(/drops/);
  });

  it.each(["a", ".env", "console.log", "com", "com10", "nulls", "auxiliary.md", "a b", "lpt.txt"])(
    "%j is as good as any",
    (name) => {
      expect(judged(name)).toBeUndefined();
    },
  );

  it("that is no UTF-8 does not exist", () => {
    expect(judged("\xff")).toMatch(/UTF-8/);
  });

  it("is looked at in every folder of a path", () => {
    expect(unfitForWindows(parseEntryPath(Buffer.from("state/nul/a")))).toMatch(/device/);
  });
});
