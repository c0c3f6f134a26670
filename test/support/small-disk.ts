import { execFileSync } from "node:child_process";
import { onTestFinished, type TestContext } from "vitest";
import { freshDir } from "./tree.ts";

/** A fresh tmpfs of `size` ("1m"), unmounted after the test. Skips the test, saying so, where mounting is not permitted. */
export function mountSmallDisk(context: TestContext, size: string): string {
  const dir = freshDir();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "tmpfs", dir], { stdio: "pipe" });
  } catch {
    context.skip("mounting a tmpfs is not permitted here");
  }
  onTestFinished(() => void execFileSync("umount", ["-l", dir]));
  return dir;
}
