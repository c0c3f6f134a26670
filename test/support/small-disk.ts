import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, type TestContext } from "vitest";
import { freshDir } from "./tree.ts";

/** A fresh tmpfs of `size` ("1m"), unmounted after the test. Skips the test, saying so, where mounting is not permitted. */
export function mountSmallDisk(context: TestContext, size: string, more: readonly string[] = []): string {
  const dir = freshDir();
  mountOr(context, ["-t", "tmpfs", "-o", [`size=${size}`, "mode=700", ...more].join(), "tmpfs", dir]);
  return dir;
}

/**
 * A disk that promises more than it has: an ext4 in a file with holes, on a tmpfs of `size`. Writing succeeds, and that it
 * did not is only told when it is to be made durable.
 */
export function mountBoastfulDisk(
  context: TestContext,
  { size, promised }: Record<"size" | "promised", number>,
): string {
  const image = join(mountSmallDisk(context, String(size)), "image");
  const dir = join(freshDir(), "disk");
  mkdirSync(dir);
  writeFileSync(image, "");
  truncateSync(image, promised);
  execFileSync("mkfs.ext4", ["-q", "-O", "^has_journal", "-E", "nodiscard", image], {
    env: { PATH: "/usr/sbin:/sbin:/usr/bin:/bin" },
  });
  mountOr(context, ["-o", "loop", image, dir]);
  return dir;
}

function mountOr(context: TestContext, args: readonly string[]): void {
  try {
    execFileSync("mount", args, { stdio: "pipe" });
  } catch {
    context.skip(`mounting is not permitted here: mount ${args.join(" ")}`);
  }
  onTestFinished(() => void execFileSync("umount", ["-l", args.at(-1)!]));
}
