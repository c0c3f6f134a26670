import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, type TestContext } from "vitest";
import { scan } from "../../src/disk/scan.ts";
import { scanRules, summary, workspaceRoot } from "../support/scan.ts";
import { freshDir, plant } from "../support/tree.ts";

/** Mounts something at `place`, which is made, until the test ends. */
function mountAt(context: TestContext, place: string, ...argv: readonly string[]): string {
  mkdirSync(place, { recursive: true });
  try {
    execFileSync("mount", [...argv, place], { stdio: "pipe" });
  } catch {
    context.skip("mounting is not permitted here");
  }
  onTestFinished(() => void execFileSync("umount", ["-l", place]));
  return place;
}

const tmpfs = ["-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs"];

describe("what is mounted inside a root", () => {
  test("is taken, and left out with one-file-system, when nobody knows how much it is", (context) => {
    const dir = plant(freshDir(), { "a.md": "a" });
    plant(mountAt(context, join(dir, "disk"), ...tmpfs), { "b.md": "b", "c/d.md": "d" });
    expect(summary(scan([workspaceRoot(dir)], scanRules))).toEqual({
      "": "plain directory",
      "a.md": "plain",
      disk: "plain directory",
      "disk/b.md": "plain",
      "disk/c": "plain directory",
      "disk/c/d.md": "plain",
    });
    // No glob brings back what the flag leaves out.
    const rules = { ...scanRules, oneFileSystem: true, include: ["**"] };
    expect(summary(scan([workspaceRoot(dir)], rules))).toEqual({
      "": "plain directory",
      "a.md": "plain",
      disk: "excluded:other-file-system 0 entries 0 bytes",
    });
  });

  test("counts in a folder that is left out, but not with one-file-system", (context) => {
    const dir = plant(freshDir(), { "cache/a": "1" });
    plant(mountAt(context, join(dir, "cache/disk"), ...tmpfs), { b: "23" });
    const root = workspaceRoot(dir, { exclude: [{ id: "cache", pattern: "cache" }] });
    expect(summary(scan([root], scanRules))["cache"]).toBe("excluded:cache 3 entries 3 bytes");
    const alone = scan([root], { ...scanRules, oneFileSystem: true });
    expect(summary(alone)["cache"]).toBe("excluded:cache 2 entries 1 bytes");
  });

  test("is a root's own file system where the root itself is a mount", (context) => {
    const dir = mountAt(context, join(freshDir(), "ws"), ...tmpfs);
    plant(dir, { "a.md": "a" });
    const plan = summary(scan([workspaceRoot(dir)], { ...scanRules, oneFileSystem: true }));
    expect(plan).toEqual({ "": "plain directory", "a.md": "plain" });
  });
});

describe("a folder that is mounted in itself", () => {
  test.for([
    ["the root", ""],
    ["a folder below", "x/y"],
  ] as const)("is left out where it comes round again: %s", ([, around], context) => {
    const dir = plant(freshDir(), { "x/y/z/a.md": "a" });
    mountAt(context, join(dir, "x/y/z/again"), "--bind", join(dir, around));
    for (const rules of [scanRules, { ...scanRules, include: ["**"] }]) {
      expect(summary(scan([workspaceRoot(dir)], rules))).toMatchObject({
        "x/y/z/a.md": "plain",
        "x/y/z/again": "excluded:file-system-loop 0 entries 0 bytes",
      });
    }
  });

  test("is so, too, where it lies around the root", (context) => {
    const dir = plant(freshDir(), { "ws/a.md": "a", "other/b.md": "b" });
    mountAt(context, join(dir, "ws/up"), "--bind", dir);
    expect(summary(scan([workspaceRoot(join(dir, "ws"))], scanRules))).toEqual({
      "": "plain directory",
      "a.md": "plain",
      up: "excluded:file-system-loop 0 entries 0 bytes",
    });
  });

  test("is walked where it is the root itself", (context) => {
    const dir = plant(freshDir(), { "a.md": "a" });
    const root = workspaceRoot(mountAt(context, join(dir, "ws"), "--bind", dir));
    expect(summary(scan([root], scanRules))).toMatchObject({ "": "plain directory", "a.md": "plain" });
  });

  test("is counted once in a folder that is left out", (context) => {
    const dir = plant(freshDir(), { "cache/a": "123" });
    mountAt(context, join(dir, "cache/again"), "--bind", join(dir, "cache"));
    const root = workspaceRoot(dir, { exclude: [{ id: "cache", pattern: "cache" }] });
    const text = summary(scan([root], scanRules))["cache"];
    expect(text).toBe("excluded:cache 2 entries 3 bytes");
  });

  test("is none where another folder is mounted twice", (context) => {
    const dir = plant(freshDir(), { "x/a.md": "a" });
    mountAt(context, join(dir, "y"), "--bind", join(dir, "x"));
    expect(summary(scan([workspaceRoot(dir)], scanRules))).toMatchObject({
      "x/a.md": "plain",
      "y/a.md": "plain",
    });
  });
});
