import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { digestOfFile, targetOfLink } from "../../src/disk/look.ts";
import { PathGuard } from "../../src/disk/path-guard.ts";
import { noise } from "../support/installation.ts";
import { freshDir, plant } from "../support/tree.ts";

const never = new AbortController().signal;

describe("a look at a file", () => {
  it("gives the digest of all of it", async () => {
    const dir = plant(freshDir(), { empty: "", large: noise(70 * 1024 * 1024 + 1) });
    using guard = new PathGuard();
    for (const name of ["empty", "large"]) {
      const [expected] = execFileSync("sha256sum", [join(dir, name)], { encoding: "utf8" }).split(" ");
      expect(await digestOfFile(join(dir, name), guard, never)).toEqual({ sha256: expected });
    }
  });

  it("follows no link, waits for no pipe, and says what it finds in place of a file", async () => {
    const dir = plant(freshDir(), { file: "x", dir: { dir: true } });
    symlinkSync("file", join(dir, "link"));
    execFileSync("mkfifo", [join(dir, "pipe")]);
    using guard = new PathGuard();
    for (const name of ["link", "pipe", "dir", "nothing"])
      expect(await digestOfFile(join(dir, name), guard, never)).toEqual({
        vanished: expect.any(String) as unknown,
      });
    expect(targetOfLink(join(dir, "link"), guard)).toEqual({ target: "file" });
    expect(targetOfLink(join(dir, "nothing"), guard)).toEqual({ vanished: "ENOENT" });
  });

  it("ends in the middle of a large file when that is asked for", async () => {
    const dir = plant(freshDir(), { large: noise(70 * 1024 * 1024) });
    using guard = new PathGuard();
    const stop = new AbortController();
    const digest = digestOfFile(join(dir, "large"), guard, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(digest).rejects.toThrow("stopped");
  });
});
