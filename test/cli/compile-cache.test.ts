import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const module = fileURLToPath(new URL("../../src/cli/compile-cache.ts", import.meta.url));
const nobody = 65_534;

/** Where a program keeps what was compiled for it, whose home is a folder `home` that `make` has made of what it is given. */
function cacheOf(make: (root: string) => void, variables: (root: string) => NodeJS.ProcessEnv = () => ({})) {
  const root = mkdtempSync(join(tmpdir(), "ocbak-compile-cache-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "home"));
  make(root);
  const code = `
    const { cacheCompiledCode } = await import(${JSON.stringify(module)});
    cacheCompiledCode();
    const { getCompileCacheDir } = await import("node:module");
    console.log(getCompileCacheDir() ?? "none");
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: root,
    env: { HOME: join(root, "home"), ...variables(root) },
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return {
    root,
    cache: stdout
      .trim()
      .replace(root, "")
      .replace(/\/v\d[^/]*$/, ""),
  };
}

describe("compiled code", () => {
  it("is kept below the user's cache folder, which only the user can read", () => {
    const { root, cache } = cacheOf(() => {});
    expect(cache).toBe("/home/.cache/ocbak/node");
    expect(statSync(join(root, cache)).mode & 0o777).toBe(0o700);
  });

  it("is kept where XDG_CACHE_HOME says, and there the links are followed", () => {
    const { cache } = cacheOf(
      (root) => {
        mkdirSync(join(root, "real"));
        symlinkSync("real", join(root, "link"));
      },
      (root) => ({ XDG_CACHE_HOME: join(root, "link") }),
    );
    expect(cache).toBe("/real/ocbak/node");
  });

  it.each<[string, (root: string) => void]>([
    ["into which the group may write", (root) => chmodSync(join(root, "home"), 0o770)],
    ["into which all may write", (root) => chmodSync(join(root, "home"), 0o707)],
    [
      "whose innermost folder all may write into",
      (root) => {
        mkdirSync(join(root, "home/.cache/ocbak/node"), { recursive: true });
        chmodSync(join(root, "home/.cache/ocbak/node"), 0o777);
      },
    ],
    ["where something else is in the way", (root) => symlinkSync("nowhere", join(root, "home/.cache"))],
  ])("is not kept in a home %s", (_what, make) => {
    expect(cacheOf(make).cache).toBe("none");
  });

  it.runIf(process.getuid?.() === 0)("is not kept by root in a home of another user", () => {
    const { root, cache } = cacheOf((root) => chownSync(join(root, "home"), nobody, nobody));
    expect([cache, existsSync(join(root, "home/.cache"))]).toEqual(["none", false]);
  });

  it.each([
    ["where NODE_DISABLE_COMPILE_CACHE is set", { NODE_DISABLE_COMPILE_CACHE: "1" }],
    ["without a home", { HOME: "" }],
  ])("is not kept, and no folder made, %s", (_what, variables) => {
    const { root, cache } = cacheOf(
      () => {},
      () => variables,
    );
    expect([cache, existsSync(join(root, "home/.cache"))]).toEqual(["none", false]);
  });
});
